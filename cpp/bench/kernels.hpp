// The harness's own benchmarks: small kernels whose noise is known, for measuring how well a
// comparison tells builds apart (a chain without memory, memory in and out of cache, an allocator,
// a copy). One file each.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

void declare_alu_chain(Registry &registry);
void declare_chase(Registry &registry);
void declare_malloc_mix(Registry &registry);
void declare_memcpy(Registry &registry);
void declare_reports(Registry &registry);

} // namespace vmperf::bench
