// A second level that keeps large pages as one entry each: one set-associative array per page size,
// as CPUs have. The first level keeps 4 KiB pieces; the next piece of a large page is found here
// without a walk.
//
//   va --> [ 4 KiB: sets x ways ]   miss --> [ 2 MiB: sets x ways ]   miss --> [ 1 GiB: ... ]
//
// An array is made for each page size that the shapes name. find and insert O(sizes * ways),
// flushes as those of PolicyArray: O(pages of each size), O(entries) at most. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/tlb/any_policy.hpp"

namespace vmperf::tlb {

class SecondLevel {
public:
  /// One array per shape, checked, in the order in which they are asked.
  SecondLevel(const Generations &live, std::span<const Shape> shapes, Policy policy,
              std::uint64_t seed);

  /// The entry for an address that permits the access, as the 4 KiB piece of `va`; a hit is a use.
  /// `va` is within the address space (no sign extension).
  bool lookup(std::uint64_t va, Key key, Access access, Slot &piece) noexcept;
  /// The whole page that `va`, which `found` translates, lies in; not where no array has its size.
  void insert(std::uint64_t va, const Translation &found, std::uint64_t context, Key key) noexcept;
  void erase_range(std::uint64_t first_va, std::uint64_t last_va, Key key) noexcept;

  [[nodiscard]] bool holds(std::uint64_t va, Key key) const noexcept;
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

private:
  std::vector<AnyPolicyArray> arrays_;
  std::uint64_t evictions_ = 0;
};

} // namespace vmperf::tlb
