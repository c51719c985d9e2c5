// The API "pool": what a pool must offer to be a design of the pool benchmarks, and the one call
// that registers it. The workloads are templates over the design, so that each op is timed inlined.
// Used by benches, designs and peers only: no part of the pool itself depends on bench.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api/workloads.hpp"
#include "vmperf/pool/pool_stats.hpp"

namespace vmperf::pool {

/// What every pool of this family offers its user; Value is its item type.
template <class P>
concept MemoryPool = requires(P pool, const P &there, typename P::value_type *item, std::size_t n) {
  { P::with_capacity(n) } -> std::same_as<P>;
  { pool.allocate() } -> std::same_as<typename P::value_type *>;
  pool.deallocate(item);
  pool.preallocate(n);
  { there.stats() } -> std::same_as<PoolStats>;
};

/// Adds a design to all pool benchmarks.
template <PoolDesign D>
bench::Design &add_pool_design(bench::Registry &registry, std::string name, std::string summary) {
  const auto make = []<class W>(std::type_identity<W> /*workload*/) {
    return [](const bench::Params &params) -> bench::WorkloadPtr {
      return std::make_unique<W>(Setup::from(params));
    };
  };
  return registry.design("pool", std::move(name), std::move(summary))
      .runs("pool/allocate", make(std::type_identity<AllocateWorkload<D>>{}))
      .runs("pool/cycle", make(std::type_identity<CycleWorkload<D>>{}))
      .runs("pool/churn", make(std::type_identity<ChurnWorkload<D>>{}))
      .runs("pool/throughput", make(std::type_identity<ThroughputWorkload<D>>{}))
      .runs("pool/sizes", make(std::type_identity<SizesWorkload<D>>{}));
}

} // namespace vmperf::pool
