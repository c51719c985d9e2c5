// A flat map of pages: the smallest thing that can stand behind a TLB and answer its misses, for
// tests, measurements and programs whose guest has no page tables. A page is of 4 KiB, 2 MiB or
// 1 GiB, and belongs to one address space or, where it is global, to all.
//
//   size 4 KiB  { (asid, page) -> pa, rwx }      one hash table per size, asked from the smallest
//   size 2 MiB  { ... }                          page on; sizes that nobody mapped are skipped
//   size 1 GiB  { ... }
//
// map, unmap and walk are O(1). Walks by several threads are safe while nobody maps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "vmperf/base/rng.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

class PageMap {
public:
  static constexpr std::array<std::uint8_t, 3> kShifts = {12, 21, 30};

  /// Enters one page, in place of one of the same size at `va`. InvalidArgumentError where the size
  /// is none of the three, or va or pa is no multiple of it.
  void map(std::uint64_t va, std::uint64_t pa, std::uint64_t size_bytes, std::uint8_t perms,
           std::uint16_t asid = 0, bool global = false);
  /// Whether there was one.
  bool unmap(std::uint64_t va, std::uint64_t size_bytes, std::uint16_t asid = 0,
             bool global = false);
  [[nodiscard]] std::size_t size() const noexcept;

  /// The walk of a TLB's miss: not_present, protection, or the translation. A page of the address
  /// space wins over a global one of the same size.
  [[nodiscard]] Translation operator()(std::uint64_t va, Access access,
                                       std::uint16_t asid) const noexcept;

private:
  struct Page {
    std::uint64_t pa;
    std::uint8_t perms;
  };
  struct Hash {
    std::size_t operator()(std::uint64_t key) const noexcept { return mix64(key); }
  };
  using Pages = std::unordered_map<std::uint64_t, Page, Hash>;

  std::array<Pages, 3> own_, global_;
};

} // namespace vmperf::tlb
