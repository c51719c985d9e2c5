// What a format, a mode and a width of physical addresses make of an entry's bits, worked out once:
// then a walk needs a mask and a table look-up for each entry, and no question of mode.
//
//   reserved bits   entry & reserved_table[level], & reserved_leaf[level]      must be 0
//   permissions     F::rights(path, leaf), 8 bits  ->  now[], full[]           kRead | kWrite | ...
//
// `now` is what a TLB may keep: without kWrite as long as the leaf's dirty bit is clear, so that
// the first store walks and sets it. `full` is what may be done at all. Levels are 1 (whose leaves
// are 4 KiB pages) to 5. O(256) to make. Plain values: thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "vmperf/mmu/mode.hpp"

namespace vmperf::mmu {

inline constexpr unsigned kMaxLevels = 5;
inline constexpr std::uint64_t kPageBytes = 4096;

struct Rules {
  std::array<std::uint64_t, kMaxLevels + 1> reserved_table{}, reserved_leaf{};
  std::array<std::uint8_t, 256> now{}, full{};
  AdUpdate ad = AdUpdate::hardware;
};

/// Bits [low, high) of a word.
[[nodiscard]] constexpr std::uint64_t bits(unsigned low, unsigned high) noexcept {
  const std::uint64_t below = high >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << high) - 1;
  return low >= 64 ? 0 : below & ~((std::uint64_t{1} << low) - 1);
}

/// tlb::kRead, kWrite and kExecute.
[[nodiscard]] constexpr std::uint8_t perms_of(bool read, bool write, bool execute) noexcept {
  return static_cast<std::uint8_t>(unsigned{read} | unsigned{write} << 1U |
                                   unsigned{execute} << 2U);
}
[[nodiscard]] constexpr std::uint8_t without_write(std::uint8_t perms) noexcept {
  return static_cast<std::uint8_t>(perms & 5U);
}

/// What a level's entry is.
enum class Kind : std::uint8_t { absent, table, leaf, reserved };

[[nodiscard]] constexpr unsigned shift_of(unsigned level) noexcept {
  return 12 + 9 * (level - 1);
}

/// Which of a table's 512 entries an address has at a level.
[[nodiscard]] constexpr std::uint64_t index_of(std::uint64_t va, unsigned level) noexcept {
  return (va >> shift_of(level)) & 511U;
}

} // namespace vmperf::mmu
