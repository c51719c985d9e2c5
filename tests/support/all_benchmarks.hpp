// The whole registry in a C++ test program, from the same generated list as the Python module's.
#pragma once

#include "vmperf/bench/registry.hpp"

#define VMPERF_BINDS(name)
#define VMPERF_DECLARES(name)                                                                      \
  namespace vmperf::name {                                                                         \
  void declare(bench::Registry &registry);                                                         \
  }
#include "vmperf/components.inc"
#undef VMPERF_BINDS
#undef VMPERF_DECLARES

inline vmperf::bench::Registry &all_benchmarks() {
  auto &registry = vmperf::bench::registry();
#define VMPERF_BINDS(name)
#define VMPERF_DECLARES(name) vmperf::name::declare(registry);
#include "vmperf/components.inc"
#undef VMPERF_BINDS
#undef VMPERF_DECLARES
  return registry;
}
