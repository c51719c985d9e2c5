// Counter-based random numbers: value i of stream s is a pure function of (seed, s, i), so a result
// does not depend on the order of evaluation or the number of threads.
// The mix is two rounds of SplitMix64's finaliser over a Weyl sequence
// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
// O(1) per value; a generator object is one thread's.
#pragma once

#include <cstdint>

namespace vmperf {

constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

class CounterRng {
public:
  explicit constexpr CounterRng(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : key_(mix64(seed + kWeyl) ^ mix64(stream * kWeyl + 1)) {}

  /// The value at a position, without moving the generator.
  [[nodiscard]] constexpr std::uint64_t at(std::uint64_t position) const noexcept {
    return mix64(mix64(position * kWeyl + key_) ^ key_);
  }

  constexpr std::uint64_t next() noexcept { return at(position_++); }

  /// Uniform in [0, bound); bound must not be 0. Bias below 2^-32 for bounds under 2^32.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    if (bound <= 0xffffffffU) {
      return ((next() >> 32U) * bound) >> 32U;
    }
    return next() % bound;
  }

  /// Uniform in [0, 1) with 53 bits.
  constexpr double uniform() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

private:
  static constexpr std::uint64_t kWeyl = 0x9e3779b97f4a7c15U;
  std::uint64_t key_;
  std::uint64_t position_ = 0;
};

} // namespace vmperf
