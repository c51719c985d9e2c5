// What benchmarks of several files declare alike.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::alloc {

/// Over all allocators. Resident memory and page faults are in every row; they are of one allocator
/// alone where the benchmark is isolated.
inline bench::Benchmark &over_allocators(bench::Benchmark &benchmark) {
  return benchmark.designs("alloc").fooled_by(
      "every allocator is called through two pointers, as one that was loaded at run time is: "
      "null_allocator shows what they and the loop cost; vmperf_inlined is called as a header is");
}

} // namespace vmperf::alloc
