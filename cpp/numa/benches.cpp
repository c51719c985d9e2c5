#include "vmperf/bench/registry.hpp"

namespace vmperf::numa {
void declare_benches(bench::Registry & /*registry*/) {}
} // namespace vmperf::numa
