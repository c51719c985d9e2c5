// The whole registry in a C++ test program, from the same generated list as the Python module's.
#pragma once

#include "../../cpp/module/declare_all.hpp"

inline vmperf::bench::Registry &all_benchmarks() {
  auto &registry = vmperf::bench::registry();
  vmperf::declare_all(registry);
  return registry;
}
