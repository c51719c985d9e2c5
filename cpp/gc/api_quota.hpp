// The workloads of the benchmarks gc/quota and gc/quota_convergence: programs under a pause target.
#pragma once

#include "vmperf/bench/registry.hpp"
#include "vmperf/gc/mutators/machine.hpp"

namespace vmperf::gc {

/// Enters them for the spaces that collect; those that hold no target show what one has without.
void add_quota_runs(bench::Design &design, const SpaceSource &source);

} // namespace vmperf::gc
