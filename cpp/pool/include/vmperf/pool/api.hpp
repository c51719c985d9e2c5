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
#include "vmperf/pool/api/bulk_workloads.hpp"
#include "vmperf/pool/api/grow_workload.hpp"
#include "vmperf/pool/api/workloads.hpp"
#include "vmperf/pool/pool_stats.hpp"

namespace vmperf::pool {

/// What every pool of this family offers its user; Value is its item type.
template <class P>
concept MemoryPool = requires(P pool, const P &there, P::value_type *item, std::size_t n) {
  { P::with_capacity(n) } -> std::same_as<P>;
  { pool.allocate() } -> std::same_as<typename P::value_type *>;
  pool.deallocate(item);
  pool.preallocate(n);
  { there.stats() } -> std::same_as<PoolStats>;
};

/// Names a workload template.
template <template <class> class W> struct Tag {};

/// Adds a design to all pool benchmarks, given how its workloads are made from a Setup.
template <class Make>
bench::Design &add_pool_design_by(bench::Registry &registry, std::string name, std::string summary,
                                  Make make) {
  const auto maker = [make]<template <class> class W>(Tag<W> workload) {
    return [make, workload](const bench::Params &params) -> bench::WorkloadPtr {
      return make(workload, Setup::from(params));
    };
  };
  return registry.design("pool", std::move(name), std::move(summary))
      .runs("pool/allocate", maker(Tag<AllocateWorkload>{}))
      .runs("pool/cycle", maker(Tag<CycleWorkload>{}))
      .runs("pool/churn", maker(Tag<ChurnWorkload>{}))
      .runs("pool/throughput", maker(Tag<ThroughputWorkload>{}))
      .runs("pool/sizes", maker(Tag<SizesWorkload>{}))
      .runs("pool/preallocation", maker(Tag<GrowWorkload>{}))
      .runs("pool/bulk", maker(Tag<BulkWorkload>{}))
      .runs("pool/bulk_write", maker(Tag<BulkWriteWorkload>{}));
}

/// Adds a design that takes the size of its items at run time.
template <PoolDesign D>
bench::Design &add_pool_design(bench::Registry &registry, std::string name, std::string summary) {
  const auto make = []<template <class> class W>(Tag<W>, const Setup &setup) -> bench::WorkloadPtr {
    return std::make_unique<W<D>>(setup);
  };
  return add_pool_design_by(registry, std::move(name), std::move(summary), make);
}

/// How one workload is made for a design that runs a benchmark of its own choice.
template <class W> bench::Maker workload_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<W>(Setup::from(params));
  };
}

/// The same for a benchmark with the axis `work`: the pair of pool/cycle or the batch of
/// pool/throughput, on items of 64 bytes.
template <PoolDesign D> bench::Maker pair_or_batch_maker() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    const Setup setup = Setup::from(params);
    if (setup.work == Work::batch) {
      return std::make_unique<ThroughputWorkload<D>>(setup);
    }
    return std::make_unique<CycleWorkload<D>>(setup);
  };
}

inline constexpr std::size_t kAnySize = 0; ///< a size known at run time only

/// Adds a design whose code depends on the size: D<64> for items of 64 bytes, D<kAnySize> for sizes
/// that are not among the usual.
template <template <std::size_t> class D>
bench::Design &add_sized_pool_design(bench::Registry &registry, std::string name,
                                     std::string summary) {
  const auto make = []<template <class> class W>(Tag<W>, const Setup &setup) -> bench::WorkloadPtr {
    switch (setup.item_bytes) {
    case 16:
      return std::make_unique<W<D<16>>>(setup);
    case 64:
      return std::make_unique<W<D<64>>>(setup);
    case 256:
      return std::make_unique<W<D<256>>>(setup);
    case 1024:
      return std::make_unique<W<D<1024>>>(setup);
    default:
      return std::make_unique<W<D<kAnySize>>>(setup);
    }
  };
  return add_pool_design_by(registry, std::move(name), std::move(summary), make);
}

} // namespace vmperf::pool
