// How benches.cpp reaches the designs of this component: declare_designs() calls the others.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {

void declare_designs(bench::Registry &registry);
void declare_checked(bench::Registry &registry);
void declare_imports(bench::Registry &registry);
void declare_shared_designs(bench::Registry &registry);
void declare_shared(bench::Registry &registry); // a benchmark
bench::Maker locked_vector_maker();

} // namespace vmperf::pool
