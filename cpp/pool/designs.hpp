// How benches.cpp reaches the designs of this component: declare_designs() calls the others. And
// the benchmarks of benches_rows.cpp.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {

void declare_designs(bench::Registry &registry);
void declare_checked(bench::Registry &registry);
void declare_imports(bench::Registry &registry);
void declare_shared_designs(bench::Registry &registry);
void declare_shared(bench::Registry &registry); // a benchmark
void declare_steps(bench::Registry &registry);  // a benchmark
bench::Maker locked_vector_maker();
void declare_variants(bench::Registry &registry);

void declare_row_benchmarks(bench::Registry &registry);

} // namespace vmperf::pool
