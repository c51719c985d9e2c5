// The API "tlb": what a first level, or a hash map in its place, must offer to be a design of the
// benchmarks, and the one call that registers it. Read accesses of ASID 0, permission checked; the
// workloads are templates over the design, so that each op is timed inlined.
// Used by benches, designs and peers only.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api/batch_workload.hpp"
#include "vmperf/tlb/api/lookup_workload.hpp"
#include "vmperf/tlb/api/miss_workload.hpp"
#include "vmperf/tlb/api/page_set.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

/// Made for a number of entries, which are enough for all pages. reader() is what a hot loop keeps:
/// lookup(va) gives the PA of a readable page, or kMiss.
template <class D>
concept TlbDesign = requires(D design, std::size_t entries, std::uint64_t address) {
  D(entries);
  { design.reader().lookup(address) } -> std::same_as<std::uint64_t>;
  design.fill(address, address);
  design.flush();
};

template <template <class> class W, TlbDesign D> bench::Maker tlb_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<W<D>>(params);
  };
}

/// Adds a design to the benchmarks of one thread.
template <TlbDesign D>
bench::Design &add_tlb_design(bench::Registry &registry, std::string name, std::string summary) {
  return registry.design("tlb", std::move(name), std::move(summary))
      .runs("tlb/lookup", tlb_maker<LookupWorkload, D>())
      .runs("tlb/cold", tlb_maker<ColdWorkload, D>())
      .runs("tlb/warm", tlb_maker<WarmWorkload, D>())
      .runs("tlb/fill", tlb_maker<FillWorkload, D>())
      .runs("tlb/individual", tlb_maker<IndividualWorkload, D>());
}

} // namespace vmperf::tlb
