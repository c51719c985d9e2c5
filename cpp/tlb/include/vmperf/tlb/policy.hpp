// Who leaves a full set: replacement policies over state words of their own, one struct each.
//
//   touch(set, way)    a lookup hit it            victim(set)        the way to put out
//   insert(set, way)   an entry was put there     check(ways)        whether it can have so many
//
// An invalid way is filled before any policy is asked, so that victim() sees full sets alone.
// 1 to 64 ways. touch and insert are O(1); victim is O(ways) for stamps and RRIP, else O(log ways).
// The re-reference policies are in rrip.hpp. One thread: a hit writes.
// Sources: Al-Zoubi, Milenkovic, Milenkovic, Performance Evaluation of Cache Replacement Policies
// for the SPEC CPU2000 Benchmark Suite, ACM-SE 2004 (both PLRUs); Jaleel et al. as in rrip.hpp
// (NRU).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/base/rng.hpp"

namespace vmperf::tlb {

enum class Policy : std::uint8_t { lru, plru, bit_plru, nru, fifo, random, srrip, brrip, drrip };

inline constexpr unsigned kMaxWays = 64;

/// Stamps of a clock that turns with each use; the oldest leaves.
class Stamps {
public:
  Stamps(std::size_t sets, unsigned ways) : ways_(ways), stamps_(sets * ways) {}
  void stamp(std::size_t set, unsigned way) noexcept { stamps_[set * ways_ + way] = ++clock_; }
  [[nodiscard]] unsigned oldest(std::size_t set) const noexcept {
    const std::uint64_t *of = &stamps_[set * ways_];
    unsigned found = 0;
    for (unsigned way = 1; way < ways_; ++way) {
      found = of[way] < of[found] ? way : found;
    }
    return found;
  }

private:
  unsigned ways_;
  std::uint64_t clock_ = 0;
  std::vector<std::uint64_t> stamps_;
};

/// Least recently used.
class Lru {
public:
  Lru(std::size_t sets, unsigned ways, std::uint64_t /*seed*/) : stamps_(sets, ways) {}
  void touch(std::size_t set, unsigned way) noexcept { stamps_.stamp(set, way); }
  void insert(std::size_t set, unsigned way) noexcept { stamps_.stamp(set, way); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept { return stamps_.oldest(set); }
  static constexpr bool kPowerOfTwo = false;

private:
  Stamps stamps_;
};

/// First in, first out.
class Fifo {
public:
  Fifo(std::size_t sets, unsigned ways, std::uint64_t /*seed*/) : stamps_(sets, ways) {}
  void touch(std::size_t /*set*/, unsigned /*way*/) noexcept {}
  void insert(std::size_t set, unsigned way) noexcept { stamps_.stamp(set, way); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept { return stamps_.oldest(set); }
  static constexpr bool kPowerOfTwo = false;

private:
  Stamps stamps_;
};

/// A tree of bits over a power of two of ways; each points away from the half used last.
///
///            1             node n has the children 2n and 2n + 1, and is bit n of the word;
///        2       3         a way is a leaf, its own bits are the path: 0 left, 1 right
///      0   1   2   3
class TreePlru {
public:
  TreePlru(std::size_t sets, unsigned ways, std::uint64_t /*seed*/) : ways_(ways), words_(sets) {
    for (unsigned way = 0; way < ways; ++way) {
      std::uint64_t node = 1;
      for (unsigned half = ways / 2; half != 0; half /= 2) {
        const bool right = (way & half) != 0;
        path_[way] |= std::uint64_t{1} << node;
        away_[way] |= std::uint64_t{right ? 0U : 1U} << node;
        node = 2 * node + (right ? 1 : 0);
      }
    }
  }
  void touch(std::size_t set, unsigned way) noexcept {
    words_[set] = (words_[set] & ~path_[way]) | away_[way];
  }
  void insert(std::size_t set, unsigned way) noexcept { touch(set, way); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept {
    unsigned node = 1;
    while (node < ways_) {
      node = 2 * node + static_cast<unsigned>((words_[set] >> node) & 1U);
    }
    return node - ways_;
  }
  static constexpr bool kPowerOfTwo = true;

private:
  unsigned ways_;
  std::array<std::uint64_t, kMaxWays> path_{}, away_{};
  std::vector<std::uint64_t> words_;
};

/// A bit per way; the last one to be set clears the others. The lowest clear one leaves.
class BitPlru {
public:
  BitPlru(std::size_t sets, unsigned ways, std::uint64_t /*seed*/)
      : full_(~std::uint64_t{0} >> (kMaxWays - ways)), words_(sets) {}
  void touch(std::size_t set, unsigned way) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << way;
    words_[set] = (words_[set] | bit) == full_ ? bit : words_[set] | bit;
  }
  void insert(std::size_t set, unsigned way) noexcept { touch(set, way); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept {
    const std::uint64_t clear = ~words_[set] & full_;
    return clear != 0 ? static_cast<unsigned>(std::countr_zero(clear)) : 0;
  }
  static constexpr bool kPowerOfTwo = false;

private:
  std::uint64_t full_;
  std::vector<std::uint64_t> words_;
};

/// Not recently used: a bit per way, set by use; all are cleared when a victim is wanted and each
/// is set. It ages at evictions, where BitPlru does at uses.
class Nru {
public:
  Nru(std::size_t sets, unsigned ways, std::uint64_t /*seed*/)
      : full_(~std::uint64_t{0} >> (kMaxWays - ways)), words_(sets) {}
  void touch(std::size_t set, unsigned way) noexcept { words_[set] |= std::uint64_t{1} << way; }
  void insert(std::size_t set, unsigned way) noexcept { touch(set, way); }
  [[nodiscard]] unsigned victim(std::size_t set) noexcept {
    if (words_[set] == full_) {
      words_[set] = 0;
    }
    return static_cast<unsigned>(std::countr_zero(~words_[set]));
  }
  static constexpr bool kPowerOfTwo = false;

private:
  std::uint64_t full_;
  std::vector<std::uint64_t> words_;
};

/// Any way alike, drawn from the seed.
class Random {
public:
  Random(std::size_t /*sets*/, unsigned ways, std::uint64_t seed) : ways_(ways), rng_(seed) {}
  void touch(std::size_t /*set*/, unsigned /*way*/) noexcept {}
  void insert(std::size_t /*set*/, unsigned /*way*/) noexcept {}
  [[nodiscard]] unsigned victim(std::size_t /*set*/) noexcept {
    return static_cast<unsigned>(rng_.below(ways_));
  }
  static constexpr bool kPowerOfTwo = false;

private:
  unsigned ways_;
  CounterRng rng_;
};

} // namespace vmperf::tlb
