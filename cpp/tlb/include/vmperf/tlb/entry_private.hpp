// The wide entry for a TLB of one thread: two plain words, no lock, no ordered access. A second
// thread, be it a reader, sees halves of entries: the cost of safety is what the others take more.
//
//   [ tag | data ]   as in entry_wide.hpp
#pragma once

#include <cstdint>

#include "vmperf/tlb/entry_wide.hpp"

namespace vmperf::tlb {

struct PrivateEntry {
  static constexpr bool kShared = false;
  static constexpr bool kNeedsInvertible = false;
  static constexpr unsigned kLeastSetBits = 0;
  using Codec = WideCodec;
  using Value = WideValue;
  struct alignas(16) Cell {
    std::uint64_t tag = 0, data = 0;
  };

  static constexpr ContextCoding coding(unsigned k) noexcept { return Codec::coding(k); }

  [[nodiscard, gnu::always_inline]] static Value load(const Cell &cell) noexcept {
    return {.tag = cell.tag, .data = cell.data};
  }
  [[gnu::always_inline]] static void store(Cell &cell, Value value) noexcept {
    cell.tag = value.tag;
    cell.data = value.data;
  }
  static void clear(Cell &cell) noexcept { store(cell, {.tag = 0, .data = 0}); }
  [[nodiscard]] static bool is_empty(Value value) noexcept {
    return (value.tag & WideCodec::kPerms) == 0;
  }
};

} // namespace vmperf::tlb
