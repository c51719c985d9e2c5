// Re-reference interval prediction: two bits per way guess how far off the next use is.
//
//   0 soon (a hit puts it there)   1   2 far (SRRIP inserts here)   3 never: the lowest way leaves
//
// Where none is at 3, all age by one until one is. BRRIP inserts at 3 but for one time in 32, so
// that a scan larger than the TLB keeps a part of itself. DRRIP lets two groups of sets duel and
// does elsewhere what misses less: leaders of SRRIP are sets 0 of each 32, those of BRRIP sets 16;
// each insertion in a leader moves a 10-bit counter. With fewer sets the groups shrink; with one
// there is no duel, and it is SRRIP. touch and insert O(1), victim O(ways). One thread.
// Source: Jaleel, Theobald, Steely, Emer, High Performance Cache Replacement Using Re-Reference
// Interval Prediction (RRIP), ISCA 2010 (hit priority, M = 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/base/rng.hpp"

namespace vmperf::tlb {

/// The values of all ways.
class Rrpv {
public:
  static constexpr std::uint8_t kSoon = 0, kFar = 2, kNever = 3;

  Rrpv(std::size_t sets, unsigned ways) : ways_(ways), values_(sets * ways, kNever) {}
  void put(std::size_t set, unsigned way, std::uint8_t value) noexcept {
    values_[set * ways_ + way] = value;
  }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept {
    std::uint8_t *of = &values_[set * ways_];
    unsigned farthest = 0;
    for (unsigned way = 1; way < ways_; ++way) {
      farthest = of[way] > of[farthest] ? way : farthest; // the first of equals
    }
    const auto age = static_cast<std::uint8_t>(kNever - of[farthest]);
    for (unsigned way = 0; way < ways_; ++way) {
      of[way] = static_cast<std::uint8_t>(of[way] + age);
    }
    return farthest;
  }

private:
  unsigned ways_;
  std::vector<std::uint8_t> values_;
};

/// Static: all are inserted far off.
class Srrip {
public:
  Srrip(std::size_t sets, unsigned ways, std::uint64_t /*seed*/) : values_(sets, ways) {}
  void touch(std::size_t set, unsigned way) noexcept { values_.put(set, way, Rrpv::kSoon); }
  void insert(std::size_t set, unsigned way) noexcept { values_.put(set, way, Rrpv::kFar); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept { return values_.victim(set); }
  static constexpr bool kPowerOfTwo = false;

private:
  Rrpv values_;
};

/// Bimodal: few are given a chance.
class Brrip {
public:
  static constexpr std::uint64_t kOneIn = 32;

  Brrip(std::size_t sets, unsigned ways, std::uint64_t seed) : values_(sets, ways), rng_(seed) {}
  void touch(std::size_t set, unsigned way) noexcept { values_.put(set, way, Rrpv::kSoon); }
  void insert(std::size_t set, unsigned way) noexcept {
    values_.put(set, way, rng_.below(kOneIn) == 0 ? Rrpv::kFar : Rrpv::kNever);
  }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept { return values_.victim(set); }
  static constexpr bool kPowerOfTwo = false;

private:
  Rrpv values_;
  CounterRng rng_;
};

/// Dynamic: by set dueling.
class Drrip {
public:
  static constexpr unsigned kGroup = 32, kMost = 1023;

  Drrip(std::size_t sets, unsigned ways, std::uint64_t seed)
      : group_(sets < kGroup ? sets : kGroup), values_(sets, ways), rng_(seed) {}
  void touch(std::size_t set, unsigned way) noexcept { values_.put(set, way, Rrpv::kSoon); }
  void insert(std::size_t set, unsigned way) noexcept {
    const bool bimodal = is_bimodal(set);
    const bool never = bimodal && rng_.below(Brrip::kOneIn) != 0;
    values_.put(set, way, never ? Rrpv::kNever : Rrpv::kFar);
  }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept { return values_.victim(set); }
  static constexpr bool kPowerOfTwo = false;

private:
  // An insertion is a miss: in a leader of SRRIP it speaks for BRRIP, and the other way round.
  [[nodiscard]] bool is_bimodal(std::size_t set) noexcept {
    const std::size_t place = set % group_;
    if (place == 0) {
      votes_ += votes_ < kMost && group_ > 1 ? 1 : 0;
      return false;
    }
    if (place == group_ / 2) {
      votes_ = votes_ == 0 ? 0 : votes_ - 1;
      return true;
    }
    return votes_ > kMost / 2;
  }

  std::size_t group_;
  unsigned votes_ = kMost / 2;
  Rrpv values_;
  CounterRng rng_;
};

} // namespace vmperf::tlb
