// Seeded sequences of items 0..n-1, for workloads that go over slots, pages, sizes or addresses:
//
//   Uniform      each item alike                     Strided      every k-th, round and round
//   Zipf         item k as often as (k + 1)^-s       Permutation  all of them in drawn order, again
//   HotCold      a share of draws to the first few   Phases       several of these in turn
//
// The same arguments give the same sequence on every machine that rounds as IEEE 754 does; `stream`
// keeps two uses of one seed apart. next() is O(1) and allocates nothing: 1 to 10 ns, of Zipf some
// 50. Where even that would be timed, draw() a table beforehand: it is replayed, and a predictor
// learns a short one. Items are neighbours in the order of their numbers: look them up in a
// shuffled() table where hot ones should lie apart. A generator is one thread's.
// Sources: Hormann and Derflinger, Rejection-inversion to generate variates from monotone discrete
// distributions, TOMACS 6(3), 1996; Durstenfeld, CACM 7(7), 1964 (shuffle); Sattolo, Information
// Processing Letters 22, 1986 (cycle).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "vmperf/base/rng.hpp"

namespace vmperf::bench {

template <class G>
concept Generator = requires(G generator) {
  { generator.next() } -> std::same_as<std::uint64_t>;
};

class Uniform {
public:
  /// InvalidArgumentError where n is 0; so for all of these.
  explicit Uniform(std::uint64_t n, std::uint64_t seed, std::uint64_t stream = 0);
  std::uint64_t next() noexcept { return rng_.below(n_); }

private:
  std::uint64_t n_;
  CounterRng rng_;
};

/// Exact up to the rounding of doubles, for any exponent >= 0 (0: uniform), by rejection-inversion:
/// O(1) memory. InvalidArgumentError above 2^53 items.
class Zipf {
public:
  Zipf(std::uint64_t n, double exponent, std::uint64_t seed, std::uint64_t stream = 0);
  std::uint64_t next() noexcept;

private:
  [[nodiscard]] double mass(double x) const noexcept;     // h(x) = x^-s
  [[nodiscard]] double integral(double x) const noexcept; // H(x), whose derivative is h
  [[nodiscard]] double inverse(double y) const noexcept;  // of H

  double n_, exponent_;
  double first_ = 0, last_ = 0, shortcut_ = 0;
  CounterRng rng_;
};

/// `hot_share` of the draws go to the first `n_hot` items, each of them alike, the rest to the
/// rest.
class HotCold {
public:
  HotCold(std::uint64_t n, std::uint64_t n_hot, double hot_share, std::uint64_t seed,
          std::uint64_t stream = 0);
  std::uint64_t next() noexcept {
    return rng_.uniform() < hot_share_ ? rng_.below(n_hot_) : n_hot_ + rng_.below(n_cold_);
  }

private:
  std::uint64_t n_hot_, n_cold_;
  double hot_share_;
  CounterRng rng_;
};

/// start, start + stride, ... modulo n: n / gcd(n, stride) different items.
class Strided {
public:
  Strided(std::uint64_t n, std::uint64_t stride, std::uint64_t start = 0);
  std::uint64_t next() noexcept {
    const std::uint64_t item = at_;
    const std::uint64_t left = n_ - at_; // compared so, no sum can overflow
    at_ = stride_ < left ? at_ + stride_ : stride_ - left;
    return item;
  }

private:
  std::uint64_t n_, stride_, at_;
};

/// All items once in drawn order, then again in the same order. O(n) memory.
class Permutation {
public:
  Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t stream = 0);
  std::uint64_t next() noexcept {
    const std::uint64_t item = order_[at_];
    at_ = at_ + 1 == order_.size() ? 0 : at_ + 1;
    return item;
  }

private:
  std::vector<std::uint32_t> order_;
  std::size_t at_ = 0;
};

using AnyGenerator = std::variant<Uniform, Zipf, HotCold, Strided, Permutation>;

/// Each phase in turn and then the first again; each goes on where it stopped.
class Phases {
public:
  struct Phase {
    AnyGenerator items;
    std::uint64_t length; ///< draws before the next phase begins
  };

  /// InvalidArgumentError where there is none, or one of length 0.
  explicit Phases(std::vector<Phase> phases);
  std::uint64_t next() {
    if (left_ == 0) {
      now_ = now_ + 1 == phases_.size() ? 0 : now_ + 1;
      left_ = phases_[now_].length;
    }
    --left_;
    return std::visit([](auto &items) { return items.next(); }, phases_[now_].items);
  }

private:
  std::vector<Phase> phases_;
  std::size_t now_ = 0;
  std::uint64_t left_ = 0;
};

/// A table of `count` draws.
template <class T = std::uint32_t, Generator G>
[[nodiscard]] std::vector<T> draw(G &&generator, std::size_t count) {
  std::vector<T> table(count);
  for (T &item : table) {
    item = static_cast<T>(generator.next());
  }
  return table;
}

/// Every order alike.
template <class T> void shuffle(std::span<T> items, CounterRng &rng) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[rng.below(left)]);
  }
}

/// 0..n-1 in drawn order.
[[nodiscard]] std::vector<std::uint32_t> shuffled(std::uint64_t n, std::uint64_t seed,
                                                  std::uint64_t stream = 0);

/// The successor of each item on one cycle through all n, every such cycle alike: for chases, which
/// a plain shuffle would lead into a short cycle, on average through half of the items.
[[nodiscard]] std::vector<std::uint32_t> make_cycle(std::uint64_t n, std::uint64_t seed,
                                                    std::uint64_t stream = 0);

} // namespace vmperf::bench

#include "vmperf/bench/generators.inl"
