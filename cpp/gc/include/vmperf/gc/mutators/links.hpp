// Programs whose objects refer to each other: their stores are the work of a write barrier.
//
//   Cache     least recently used: chains of a hash table, and a list by age through `size` entries
//   Mesh      a graph of `size` nodes with four edges each, rewired at random; one of eight rounds
//             puts a new node in the place of an old one
//   DeepList  lists of `size` nodes, built and walked: nothing can be marked side by side
//   Walks     a random graph built anew, half of it at a time, and walked
//
// A step is kOps rounds (DeepList: one list). Manual spaces count references in Mesh and Walks, as
// one does without a collector: a node that is out of the table gives up its edges, so that there
// are no cycles of dead ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/gc/mutators/program.hpp"

namespace vmperf::gc {

template <class S> class Cache {
public:
  using Ref = S::Ref;

  Cache(S &space, const ProgramSettings &settings)
      : space_(space), capacity_(settings.size), rng_(settings.seed, 8), buckets_(space),
        ends_(space) {
    buckets_.set(space.make_refs(capacity_));
    ends_.set(space.make_refs(2));
  }
  Cache(const Cache &) = delete;
  Cache &operator=(const Cache &) = delete;
  Cache(Cache &&) = delete;
  Cache &operator=(Cache &&) = delete;
  ~Cache() {
    while (n_ != 0) {
      evict();
    }
    space_.release(buckets_.get());
    space_.release(ends_.get());
  }

  std::uint64_t step() {
    std::uint64_t hits = 0;
    for (unsigned i = 0; i < kOps; ++i) {
      // The smaller of two draws: small keys are asked for more often.
      const std::uint64_t key = rng_.below(1 + rng_.below(3 * capacity_));
      if (const Ref entry = find(key); entry != Ref{}) {
        hits += space_.template words<kRefs>(entry)[1] == mix64(key) ? 1 : kWrong;
        unlink(entry);
        to_front(entry);
      } else {
        insert(key);
      }
    }
    return hits;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t met = 0;
    std::uint64_t wrong = 0;
    for (Ref e = space_.load(ends_.get(), kNewest); e != Ref{}; e = space_.load(e, kOlder), ++met) {
      const std::uint64_t *words = space_.template words<kRefs>(e);
      wrong += words[1] != mix64(words[0]) || find(words[0]) != e ? 1 : 0;
    }
    return equal("entries in the list", met, n_) + equal("entries with foreign contents", wrong, 0);
  }
  [[nodiscard]] std::uint64_t objects() const { return objects_; }

private:
  static constexpr unsigned kOps = 1000, kRefs = 3;
  static constexpr std::size_t kChain = 0, kNewer = 1, kOlder = 2; // of an entry
  static constexpr std::size_t kNewest = 0, kOldest = 1;           // of ends_
  static constexpr std::uint64_t kWrong = std::uint64_t{1} << 32U;

  [[nodiscard]] std::size_t bucket(std::uint64_t key) const { return mix64(key) % capacity_; }
  [[nodiscard]] Ref find(std::uint64_t key) const {
    Ref entry = space_.load(buckets_.get(), bucket(key));
    while (entry != Ref{} && space_.template words<kRefs>(entry)[0] != key) {
      entry = space_.load(entry, kChain);
    }
    return entry;
  }
  void insert(std::uint64_t key) {
    if (n_ == capacity_) {
      evict();
    }
    const Ref entry = space_.template make<kRefs, 2>();
    ++objects_;
    std::uint64_t *words = space_.template words<kRefs>(entry);
    words[0] = key;
    words[1] = mix64(key);
    space_.init(entry, kChain, space_.load(buckets_.get(), bucket(key)));
    space_.store(buckets_.get(), bucket(key), entry);
    to_front(entry);
    ++n_;
  }
  void to_front(Ref entry) {
    const Ref newest = space_.load(ends_.get(), kNewest);
    space_.store(entry, kNewer, Ref{});
    space_.store(entry, kOlder, newest);
    if (newest != Ref{}) {
      space_.store(newest, kNewer, entry);
    } else {
      space_.store(ends_.get(), kOldest, entry);
    }
    space_.store(ends_.get(), kNewest, entry);
  }
  void unlink(Ref entry) {
    const Ref newer = space_.load(entry, kNewer);
    const Ref older = space_.load(entry, kOlder);
    set_neighbour(newer, kOlder, kNewest, older);
    set_neighbour(older, kNewer, kOldest, newer);
  }
  void set_neighbour(Ref of, std::size_t field, std::size_t end, Ref value) {
    if (of != Ref{}) {
      space_.store(of, field, value);
    } else {
      space_.store(ends_.get(), end, value);
    }
  }
  void evict() {
    const Ref oldest = space_.load(ends_.get(), kOldest);
    unlink(oldest);
    const std::size_t place = bucket(space_.template words<kRefs>(oldest)[0]);
    Ref before = space_.load(buckets_.get(), place);
    if (before == oldest) {
      space_.store(buckets_.get(), place, space_.load(oldest, kChain));
    } else {
      while (space_.load(before, kChain) != oldest) {
        before = space_.load(before, kChain);
      }
      space_.store(before, kChain, space_.load(oldest, kChain));
    }
    space_.release(oldest);
    --n_;
  }

  S &space_;
  std::size_t capacity_, n_ = 0;
  CounterRng rng_;
  S::Root buckets_, ends_;
  std::uint64_t objects_ = 0;
};

/// A table of nodes [ 4 edges | name, count of references, where manual ].
template <class S> class Graph {
public:
  using Ref = S::Ref;

  Graph(S &space, const ProgramSettings &settings)
      : space_(space), size_(settings.size), rng_(settings.seed, 9), nodes_(space) {
    nodes_.set(space.make_refs(size_));
    for (std::size_t i = 0; i < size_; ++i) {
      replace(i);
    }
    for (std::size_t i = 0; i < size_; ++i) {
      rewire(i);
    }
  }
  Graph(const Graph &) = delete;
  Graph &operator=(const Graph &) = delete;
  Graph(Graph &&) = delete;
  Graph &operator=(Graph &&) = delete;
  ~Graph() {
    for (std::size_t i = 0; i < size_; ++i) {
      give_up(at(i));
      drop(at(i));
    }
    space_.release(nodes_.get());
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      wrong += name(at(i)) % size_ != i ? 1 : 0;
      for (std::size_t k = 0; k < kEdges; ++k) {
        const Ref to = space_.load(at(i), k);
        wrong += to != Ref{} && name(to) >= made_ ? 1 : 0;
      }
    }
    return equal("nodes or edges astray", wrong, 0);
  }
  [[nodiscard]] std::uint64_t objects() const { return made_ / size_; }

protected:
  static constexpr unsigned kOps = 1000, kEdges = 4;

  [[nodiscard]] Ref at(std::size_t i) const { return space_.load(nodes_.get(), i); }
  [[nodiscard]] std::uint64_t name(Ref node) const {
    return space_.template words<kEdges>(node)[0];
  }
  void link(Ref from, std::size_t edge, Ref to) {
    if constexpr (S::kManual) {
      ++count(to);
      drop(space_.load(from, edge));
    }
    space_.store(from, edge, to);
  }
  /// A new node in a place; its name is the place and, above it, how many were made.
  void replace(std::size_t i) {
    const Ref node = space_.template make<kEdges, 2>();
    space_.template words<kEdges>(node)[0] = made_ + i;
    made_ += size_;
    const Ref old = at(i);
    if constexpr (S::kManual) {
      count(node) = 1;
    }
    space_.store(nodes_.get(), i, node);
    if (old != Ref{}) {
      for (std::size_t k = 0; k < kEdges; ++k) {
        if (const Ref to = space_.load(old, k); to != Ref{}) {
          link(node, k, to);
        }
      }
      give_up(old);
      drop(old);
    }
  }
  void rewire(std::size_t i) {
    for (std::size_t k = 0; k < kEdges; ++k) {
      link(at(i), k, at(rng_.below(size_)));
    }
  }

  S &space_;
  std::size_t size_;
  CounterRng rng_;

private:
  [[nodiscard]] std::uint64_t &count(Ref node) { return space_.template words<kEdges>(node)[1]; }
  void give_up(Ref node) {
    for (std::size_t k = 0; k < kEdges; ++k) {
      const Ref to = space_.load(node, k);
      space_.store(node, k, Ref{});
      drop(to);
    }
  }
  // One that goes has no edges: it gave them up when it left the table.
  void drop(Ref node) {
    if constexpr (S::kManual) {
      if (node != Ref{} && --count(node) == 0) {
        space_.release(node);
      }
    }
  }

  S::Root nodes_;
  std::uint64_t made_ = 0;
};

template <class S> class Mesh : public Graph<S> {
public:
  using Graph<S>::Graph;

  std::uint64_t step() {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < this->kOps; ++i) {
      const std::size_t from = this->rng_.below(this->size_);
      const std::size_t to = this->rng_.below(this->size_);
      if (i % 8 == 0) {
        this->replace(from);
      }
      this->link(this->at(from), i % this->kEdges, this->at(to));
      sum += this->name(this->space_.load(this->at(to), i % this->kEdges));
    }
    return sum;
  }
};

template <class S> class Walks : public Graph<S> {
public:
  using Graph<S>::Graph;

  std::uint64_t step() {
    for (std::size_t i = half_; i < this->size_; i += 2) {
      this->replace(i);
      this->rewire(i);
    }
    half_ ^= 1U;
    std::uint64_t sum = 0;
    auto node = this->at(0);
    for (unsigned i = 0; i < this->kOps; ++i) {
      const auto next = this->space_.load(node, this->rng_.below(this->kEdges));
      node = next == typename S::Ref{} ? this->at(i % this->size_) : next;
      sum += this->name(node);
    }
    return sum;
  }

private:
  std::size_t half_ = 0;
};

template <class S> class DeepList {
public:
  using Ref = S::Ref;

  DeepList(S &space, const ProgramSettings &settings)
      : space_(space), size_(settings.size), head_(space) {
    build();
  }
  DeepList(const DeepList &) = delete;
  DeepList &operator=(const DeepList &) = delete;
  DeepList(DeepList &&) = delete;
  DeepList &operator=(DeepList &&) = delete;
  ~DeepList() { release(); }

  std::uint64_t step() {
    release();
    head_.set(Ref{});
    build();
    ++lists_;
    return sum();
  }
  [[nodiscard]] std::string fault() const {
    return equal("sum of a list", sum(), size_ * (size_ - 1) / 2);
  }
  [[nodiscard]] std::uint64_t objects() const { return lists_ * size_; }

private:
  void build() {
    for (std::uint64_t i = 0; i < size_; ++i) {
      const Ref node = space_.template make<1, 1>();
      space_.init(node, 0, head_.get());
      *space_.template words<1>(node) = i;
      head_.set(node);
    }
  }
  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (Ref node = head_.get(); node != Ref{}; node = space_.load(node, 0)) {
      sum += *space_.template words<1>(node);
    }
    return sum;
  }
  void release() {
    if constexpr (S::kManual) {
      for (Ref node = head_.get(); node != Ref{};) {
        const Ref next = space_.load(node, 0);
        space_.release(node);
        node = next;
      }
    }
  }

  S &space_;
  std::uint64_t size_, lists_ = 0;
  S::Root head_;
};

} // namespace vmperf::gc
