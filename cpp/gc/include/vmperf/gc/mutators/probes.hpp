// Programs that are made to ask one thing of a collector.
//
//   Survivors  `size` nodes of 24 bytes of content, a share of which stays in a table: what one
//              collection after a step finds. The share is drawn, so survivors are scattered
//   Stores     references of `size` nodes written at random places, nothing allocated: a barrier
//
// Stores does kOps stores a step.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/gc/mutators/program.hpp"

namespace vmperf::gc {

template <class S> class Survivors {
public:
  using Ref = S::Ref;

  Survivors(S &space, const ProgramSettings &settings)
      : space_(space), size_(settings.size), longevity_(settings.longevity),
        rng_(settings.seed, 10), table_(space) {
    table_.set(space.make_refs(size_));
  }
  Survivors(const Survivors &) = delete;
  Survivors &operator=(const Survivors &) = delete;
  Survivors(Survivors &&) = delete;
  Survivors &operator=(Survivors &&) = delete;
  ~Survivors() { release_all(space_, table_.get(), size_); }

  std::uint64_t step() {
    kept_ = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const Ref node = space_.template make<2, 2>();
      space_.template words<2>(node)[0] = mix64(i);
      const Ref old = space_.load(table_.get(), i);
      const bool stays = rng_.uniform() < longevity_;
      space_.store(table_.get(), i, stays ? node : Ref{});
      if (old != Ref{}) {
        space_.release(old);
      }
      if (stays) {
        ++kept_;
      } else {
        space_.release(node);
      }
    }
    made_ += size_;
    return kept_;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    std::uint64_t met = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (const Ref node = space_.load(table_.get(), i); node != Ref{}) {
        ++met;
        wrong += space_.template words<2>(node)[0] != mix64(i) ? 1 : 0;
      }
    }
    return equal("nodes kept", met, kept_) + equal("nodes with foreign contents", wrong, 0);
  }
  [[nodiscard]] std::uint64_t objects() const { return made_; }

private:
  S &space_;
  std::size_t size_;
  double longevity_;
  CounterRng rng_;
  S::Root table_;
  std::uint64_t made_ = 0, kept_ = 0;
};

template <class S> class Stores {
public:
  using Ref = S::Ref;

  Stores(S &space, const ProgramSettings &settings)
      : space_(space), size_(settings.size), table_(space), from_(kDraws), to_(kDraws) {
    table_.set(space.make_refs(size_));
    for (std::size_t i = 0; i < size_; ++i) {
      const Ref node = space.template make<1, 1>();
      *space.template words<1>(node) = i;
      space.store(table_.get(), i, node);
    }
    CounterRng rng(settings.seed, 11);
    for (std::size_t i = 0; i < kDraws; ++i) {
      from_[i] = static_cast<std::uint32_t>(rng.below(size_));
      to_[i] = static_cast<std::uint32_t>(rng.below(size_));
    }
    space.collect(Kind::major); // all are old where there are generations
  }
  Stores(const Stores &) = delete;
  Stores &operator=(const Stores &) = delete;
  Stores(Stores &&) = delete;
  Stores &operator=(Stores &&) = delete;
  ~Stores() { release_all(space_, table_.get(), size_); }

  std::uint64_t step() {
    const Ref table = table_.get(); // nothing is made, so nothing moves
    for (unsigned i = 0; i < kOps; ++i, ++done_) {
      const std::size_t draw = done_ % kDraws;
      space_.store(space_.load(table, from_[draw]), 0, space_.load(table, to_[draw]));
    }
    return done_;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::uint64_t i = done_ - std::min<std::uint64_t>(done_, kOps); i < done_; ++i) {
      const Ref node = space_.load(table_.get(), from_[i % kDraws]);
      wrong += space_.load(node, 0) != space_.load(table_.get(), last_to(i)) ? 1 : 0;
    }
    return equal("stores that are not there", wrong, 0);
  }
  [[nodiscard]] std::uint64_t objects() const { return size_; }

private:
  static constexpr unsigned kOps = 1000;
  static constexpr std::size_t kDraws = 8192;

  // Where the last store into the node of store i went.
  [[nodiscard]] std::size_t last_to(std::uint64_t i) const {
    std::uint64_t last = i;
    for (std::uint64_t k = i + 1; k < done_; ++k) {
      last = from_[k % kDraws] == from_[i % kDraws] ? k : last;
    }
    return to_[last % kDraws];
  }

  S &space_;
  std::size_t size_;
  std::uint64_t done_ = 0;
  S::Root table_;
  std::vector<std::uint32_t> from_, to_;
};

} // namespace vmperf::gc
