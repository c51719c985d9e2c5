// What benchmarks of several files declare alike.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {

/// Those over all designs of pools, by the size of an item.
inline bench::Benchmark &with_item_size(bench::Benchmark &benchmark) {
  return benchmark.designs("pool")
      .varies("addresses are in it, which the allocator chooses")
      .axis("item_size_bytes", {16, 64, 256, 1024}, 64);
}

} // namespace vmperf::pool
