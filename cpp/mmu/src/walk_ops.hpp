// What PageTable calls for its format and kind of memory: one table of functions for each, compiled
// with the format's constants. Threads as Walker.
#pragma once

#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

[[nodiscard]] const WalkOps *flat_ops(Format format) noexcept;
[[nodiscard]] const WalkOps *nested_ops(Format format) noexcept;

struct EditOps {
  void (*map)(PageTable &, std::uint64_t va, std::uint64_t pa, unsigned level, std::uint32_t how,
              std::uint64_t n_pages);
  std::uint64_t (*unmap)(PageTable &, std::uint64_t va, std::uint64_t last);
  std::uint64_t (*protect)(PageTable &, std::uint64_t va, std::uint64_t last, std::uint32_t how);
};

[[nodiscard]] const EditOps *edit_ops(Format format) noexcept;

} // namespace vmperf::mmu
