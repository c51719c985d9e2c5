// Programs around a table of references, which is old soon: what they store into it is young, so
// that a generational heap has work for its barrier and its remembered set. A step is kOps rounds.
//
//   Churn      objects of 16 to 512 bytes at a rate, a share of which (longevity) replaces one of
//              the `size` long-lived ones; the others die at once
//   Strings    a table of byte arrays of 16 B to 64 KiB, each replaced by a longer copy of itself
//              until it is too long: buffers that grow, large objects among them
//   Messages   a ring of `size` messages of 64 words: each lives for `size` rounds
//   HugeArray  one array of `size` references, random ones of which are replaced by new objects
//
// Each object holds in its first bytes what it was made from. Sources: HyperAlloc (heapothesys);
// the ring of messages of the pusher program (G. Thompson, "Golang's GC and latency", 2016).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "vmperf/gc/mutators/program.hpp"

namespace vmperf::gc {

/// A table of `size` references, all of which the program made.
template <class S> class Table {
public:
  using Ref = S::Ref;

  Table(S &space, const ProgramSettings &settings)
      : space_(space), size_(settings.size), rng_(settings.seed, 7), table_(space) {
    table_.set(space.make_refs(size_));
  }
  Table(const Table &) = delete;
  Table &operator=(const Table &) = delete;
  Table(Table &&) = delete;
  Table &operator=(Table &&) = delete;
  ~Table() { release_all(space_, table_.get(), size_); }

  [[nodiscard]] std::uint64_t objects() const { return objects_; }

protected:
  static constexpr unsigned kOps = 1000;

  [[nodiscard]] Ref at(std::size_t i) const { return space_.load(table_.get(), i); }
  void replace(std::size_t i, Ref value) {
    const Ref old = at(i);
    space_.store(table_.get(), i, value);
    if (old != Ref{}) {
      space_.release(old);
    }
  }
  [[nodiscard]] std::uint64_t stamp_of(Ref object) const {
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, space_.bytes(object), sizeof stamp);
    return stamp;
  }
  [[nodiscard]] Ref stamped(std::size_t bytes, std::uint64_t stamp) {
    ++objects_;
    const Ref made = space_.make_bytes(bytes);
    std::memcpy(space_.bytes(made), &stamp, sizeof stamp);
    return made;
  }

  S &space_;
  std::size_t size_;
  CounterRng rng_;
  S::Root table_;
  std::uint64_t objects_ = 0;
};

template <class S> class Churn : public Table<S> {
public:
  Churn(S &space, const ProgramSettings &settings)
      : Table<S>(space, settings), longevity_(settings.longevity), bytes_(settings.bytes),
        shift_steps_(settings.shift_steps) {
    for (std::size_t i = 0; i < this->size_; ++i) {
      this->replace(i, this->stamped(64, key(i)));
    }
  }

  std::uint64_t step() {
    std::uint64_t sum = 0;
    const bool tenfold = shift_steps_ != 0 && steps_++ / shift_steps_ % 2 == 1;
    const double longevity = tenfold ? longevity_ * 10 : longevity_;
    for (unsigned i = 0; i < this->kOps; ++i) {
      const std::size_t mixed = std::size_t{16} << this->rng_.below(6); // log-uniform
      const std::size_t bytes = bytes_ == 0 ? mixed : bytes_;
      const bool stays = this->rng_.uniform() < longevity;
      const std::size_t place = this->rng_.below(this->size_);
      const auto made = this->stamped(bytes, key(place));
      sum += this->stamp_of(made);
      if (stays) {
        this->replace(place, made);
      } else {
        this->space_.release(made);
      }
    }
    return sum;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < this->size_; ++i) {
      wrong += this->stamp_of(this->at(i)) != key(i) ? 1 : 0;
    }
    return equal("objects with foreign contents", wrong, 0);
  }

private:
  [[nodiscard]] static std::uint64_t key(std::size_t place) { return mix64(place); }
  double longevity_;
  std::size_t bytes_;
  std::uint64_t shift_steps_, steps_ = 0;
};

template <class S> class Strings : public Table<S> {
public:
  using Table<S>::Table;

  std::uint64_t step() {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < this->kOps; ++i) {
      sum += grow(this->rng_.below(this->size_));
    }
    return sum;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < this->size_; ++i) {
      const auto text = this->at(i);
      if (text != typename S::Ref{}) {
        const std::byte *bytes = this->space_.bytes(text);
        const std::uint64_t length = this->stamp_of(text);
        wrong += length < kLeast || length > kMost ||
                         !std::all_of(bytes + 8, bytes + length,
                                      [i](std::byte b) { return b == mark(i); })
                     ? 1
                     : 0;
      }
    }
    return equal("texts that changed", wrong, 0);
  }

private:
  static constexpr std::uint64_t kLeast = 16, kMost = 65536;
  [[nodiscard]] static std::byte mark(std::size_t place) { return static_cast<std::byte>(place); }

  std::uint64_t grow(std::size_t place) {
    const auto old = this->at(place);
    const std::uint64_t had = old == typename S::Ref{} ? 0 : this->stamp_of(old);
    const std::uint64_t length = had == 0 || had >= kMost ? kLeast : had * 2;
    const auto text = this->stamped(length, length); // may move the old one
    std::byte *const bytes = this->space_.bytes(text);
    std::uint64_t copied = 8;
    if (had != 0 && had < length) {
      std::memcpy(bytes + 8, this->space_.bytes(this->at(place)) + 8, had - 8);
      copied = had;
    }
    std::memset(bytes + copied, static_cast<int>(mark(place)), length - copied);
    this->replace(place, text);
    return length;
  }
};

template <class S> class Messages : public Table<S> {
public:
  using Table<S>::Table;

  std::uint64_t step() {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < this->kOps; ++i, ++sent_) {
      const auto message = this->stamped(8 * kWords, sent_);
      auto *words = reinterpret_cast<std::uint64_t *>(this->space_.bytes(message));
      std::fill(words + 1, words + kWords, sent_);
      const std::size_t place = sent_ % this->size_;
      if (const auto oldest = this->at(place); oldest != typename S::Ref{}) {
        sum += this->stamp_of(oldest);
      }
      this->replace(place, message);
    }
    return sum;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::uint64_t i = sent_ - std::min<std::uint64_t>(sent_, this->size_); i < sent_; ++i) {
      const auto message = this->at(i % this->size_);
      const auto *words = reinterpret_cast<const std::uint64_t *>(this->space_.bytes(message));
      wrong += std::all_of(words, words + kWords, [i](std::uint64_t w) { return w == i; }) ? 0 : 1;
    }
    return equal("messages that changed", wrong, 0);
  }

private:
  static constexpr std::size_t kWords = 64;
  std::uint64_t sent_ = 0;
};

template <class S> class HugeArray : public Table<S> {
public:
  using Table<S>::Table;

  std::uint64_t step() {
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < this->kOps; ++i) {
      const std::size_t place = this->rng_.below(this->size_);
      const auto made = this->space_.template make<1, 2>();
      ++this->objects_;
      this->space_.template words<1>(made)[0] = mix64(place);
      this->replace(place, made);
      const auto other = this->at(this->rng_.below(this->size_));
      sum += other == typename S::Ref{} ? 0 : this->space_.template words<1>(other)[0];
    }
    return sum;
  }

  [[nodiscard]] std::string fault() const {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < this->size_; ++i) {
      const auto made = this->at(i);
      wrong +=
          made != typename S::Ref{} && this->space_.template words<1>(made)[0] != mix64(i) ? 1 : 0;
    }
    return equal("elements with foreign contents", wrong, 0);
  }
};

} // namespace vmperf::gc
