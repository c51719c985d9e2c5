// The API "gc": a design is a space (mutators/machine.hpp), on which all benchmarks of programs and
// pauses run. Used by designs, benches and peers only.
#pragma once

#include <functional>

#include "vmperf/bench/registry.hpp"
#include "vmperf/gc/mutators/machine.hpp"

namespace vmperf::gc {

/// Enters the space and what it runs: programs, and pauses where it collects.
bench::Design &add_gc_design(bench::Registry &registry, SpaceSource source);

} // namespace vmperf::gc
