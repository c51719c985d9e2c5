// The words that a TLB and what stands behind it share: how memory is accessed, what a page
// permits, what a translation found, and why there is none. A walker of page tables, a flat map of
// pages or a test delivers a Translation; a TLB keeps it. Plain values: thread-safe.
#pragma once

#include <cstdint>

namespace vmperf::tlb {

enum class Access : std::uint8_t { read = 0, write = 1, execute = 2 };

/// What a page permits in the mode that asks: bits of Translation::perms, one for each Access.
inline constexpr std::uint8_t kRead = 1, kWrite = 2, kExecute = 4, kAllPerms = 7;

[[nodiscard]] constexpr std::uint8_t perm_of(Access access) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(access));
}
[[nodiscard]] constexpr char letter_of(Access access) noexcept {
  return "rwx"[static_cast<unsigned>(access)];
}

/// Why there is no translation. Values are those of the fault arrays of batches: none is 0.
enum class Fault : std::uint8_t {
  none = 0,
  miss = 1,          ///< the TLB has no entry, and nobody walked
  not_present = 2,   ///< an entry of a table that is not valid
  protection = 3,    ///< valid, but what is asked is not permitted
  non_canonical = 4, ///< the address is none of this format
  reserved_bit = 5,  ///< an entry with a bit set that must be 0, or a misaligned large page
  bus = 6,           ///< a table, or the page itself, lies where the guest has no memory
  access_flag = 7,   ///< A (or D) is clear, and the format leaves setting it to software
};

/// What a lookup returns where there is no translation; no address of memory.
inline constexpr std::uint64_t kMiss = ~std::uint64_t{0};

struct Translation {
  std::uint64_t pa = 0;         ///< of the address asked for, not of the page's start
  std::uint8_t page_shift = 12; ///< log2 of the page's size: 12, 21, 30
  std::uint8_t perms = 0;       ///< kRead | kWrite | kExecute, in the mode that asks
  bool global = false;          ///< valid for all ASIDs
  Fault fault = Fault::none;
  std::uint8_t level = 0; ///< of the leaf, or of the entry that stopped the walk; 1 = 4 KiB
  std::uint8_t refs = 0;  ///< table entries read
  std::uint8_t stage = 1; ///< 2: the second stage of a nested walk is what stopped it
};

} // namespace vmperf::tlb
