// What the declarations of this component's benchmarks share.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::gc {

/// The API, heap limit and collections of each row, in processes of their own.
bench::Benchmark &with_heap_figures(bench::Benchmark &benchmark);

/// The same with pauses, their utilisation curve, survival and promotion.
bench::Benchmark &with_pauses(bench::Benchmark &benchmark);

} // namespace vmperf::gc
