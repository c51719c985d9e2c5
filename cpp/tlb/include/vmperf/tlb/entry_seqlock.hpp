// The contents of the wide entry behind a sequence count, for CPUs that cannot read 16 bytes at
// once, and as a design: 32 bytes, four loads and two compares a lookup.
//
//   [ sequence (odd: being written) | - | tag | data ]
//
// A reader that meets a writer reads an empty entry, a miss, rather than wait: wait-free as the
// others. Writers hold the stripe's lock. Source: Boehm, Can seqlocks get along with programming
// language memory models?, MSPC 2012; its fences are acquire and release accesses here, which cost
// x86-64 nothing either and which ThreadSanitizer understands.
#pragma once

#include <atomic>
#include <cstdint>

#include "vmperf/tlb/entry_wide.hpp"

namespace vmperf::tlb {

struct SeqlockEntry {
  static constexpr bool kShared = true;
  static constexpr bool kNeedsInvertible = false;
  static constexpr unsigned kLeastSetBits = 0;
  using Codec = WideCodec;
  using Value = WideValue;
  struct alignas(32) Cell {
    std::atomic<std::uint64_t> sequence{0}, tag{0}, data{0};
  };

  static constexpr ContextCoding coding(unsigned k) noexcept { return Codec::coding(k); }

  [[nodiscard, gnu::always_inline]] static Value load(const Cell &cell) noexcept {
    const std::uint64_t before = cell.sequence.load(std::memory_order_acquire);
    const Value value{.tag = cell.tag.load(std::memory_order_acquire),
                      .data = cell.data.load(std::memory_order_acquire)};
    const std::uint64_t after = cell.sequence.load(std::memory_order_relaxed);
    if (before != after || (before & 1U) != 0) [[unlikely]] {
      return {.tag = 0, .data = 0};
    }
    return value;
  }
  static void store(Cell &cell, Value value) noexcept {
    const std::uint64_t before = cell.sequence.load(std::memory_order_relaxed);
    cell.sequence.store(before + 1, std::memory_order_relaxed);
    cell.tag.store(value.tag, std::memory_order_release);
    cell.data.store(value.data, std::memory_order_release);
    cell.sequence.store(before + 2, std::memory_order_release);
  }
  static void clear(Cell &cell) noexcept { store(cell, {.tag = 0, .data = 0}); }
  [[nodiscard]] static bool is_empty(Value value) noexcept {
    return (value.tag & WideCodec::kPerms) == 0;
  }
};

} // namespace vmperf::tlb
