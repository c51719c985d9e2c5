// An entry of the levels that are not the lock-free first one, and the shape of an array of them.
//
//   page   number of the page, in units of its array's page size
//   context  whose it is, and since which flush: generations.hpp; 0 is a dead entry
//   data   [ frame's address : 52 | 000 | page_shift : 6 | rwx : 3 ]
//
// page_shift is that of the page in the table, which may be larger than the piece that an array of
// 4 KiB entries keeps of it. Plain values: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/set_index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

inline constexpr std::uint8_t kAnyPerm = 7; ///< kRead, kWrite, kExecute

struct Slot {
  std::uint64_t page = 0, context = 0, data = 0;

  [[nodiscard]] std::uint8_t perms() const noexcept { return data & 7U; }
  [[nodiscard]] std::uint8_t page_shift() const noexcept { return (data >> 3U) & 63U; }
  /// Of an address in the page, in an array of pages of 2^shift bytes.
  [[nodiscard]] std::uint64_t pa(std::uint64_t va, unsigned shift) const noexcept {
    const std::uint64_t offset = (std::uint64_t{1} << shift) - 1;
    return (data & ~offset & ~std::uint64_t{4095}) | (va & offset);
  }

  /// Of the 2^shift bytes around `va` that a translation of `va` itself covers.
  [[nodiscard]] static Slot of(std::uint64_t page, std::uint64_t context, const Translation &found,
                               unsigned shift) noexcept {
    const std::uint64_t frame = found.pa & ~((std::uint64_t{1} << shift) - 1);
    return {page, context, frame | (std::uint64_t{found.page_shift} << 3U) | (found.perms & 7U)};
  }
};

/// Of an array: `entries` in sets of `ways`, each of a page of 2^page_shift bytes.
struct Shape {
  std::size_t entries = 1024;
  unsigned ways = 8;
  unsigned page_shift = kPageShift;
  Index index = Index::mod;

  [[nodiscard]] std::size_t sets() const noexcept { return entries / ways; }
  bool operator==(const Shape &) const = default;
};

} // namespace vmperf::tlb
