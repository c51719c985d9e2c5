// The API "guestmem": what a guest's memory must offer to be a design of these benchmarks, and the
// one call that registers it. Used by benches, designs and peers only.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/guestmem/api/range_workloads.hpp"
#include "vmperf/guestmem/api/scalar_workloads.hpp"

namespace vmperf::guestmem {

/// Optional: `gather(gpas, out)`, and `dirty_pages()` where it marks them.
template <class D>
concept MemoryDesign =
    std::constructible_from<D, const Layout &> &&
    requires(D design, std::uint64_t gpa, std::byte *to, const std::byte *from, std::size_t n) {
      { design.template read<std::uint64_t>(gpa) } -> std::same_as<std::uint64_t>;
      design.write(gpa, std::uint64_t{1});
      design.read(gpa, to, n);
      design.write(gpa, from, n);
    };

/// Adds a design to all benchmarks of guest memory.
template <MemoryDesign D>
bench::Design &add_memory_design(bench::Registry &registry, std::string name, std::string summary) {
  return registry.design("guestmem", std::move(name), std::move(summary))
      .runs("guestmem/read", scalar_maker<ReadWorkload, D>())
      .runs("guestmem/write", scalar_maker<WriteWorkload, D>())
      .runs("guestmem/bulk_read", range_maker<BulkReadWorkload, D>())
      .runs("guestmem/bulk_write", range_maker<BulkWriteWorkload, D>())
      .runs("guestmem/gather", [](const bench::Params &params) -> bench::WorkloadPtr {
        return std::make_unique<GatherWorkload<D>>(params);
      });
}

} // namespace vmperf::guestmem
