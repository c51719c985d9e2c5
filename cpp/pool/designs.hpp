// How benches.cpp reaches the designs of this component.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {

void declare_designs(bench::Registry &registry);

} // namespace vmperf::pool
