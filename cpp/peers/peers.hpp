// The peers: one file and one line here each.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::peers {

void declare_mimalloc(bench::Registry &registry);
void declare_boost_pool(bench::Registry &registry);
void declare_pmr(bench::Registry &registry);

} // namespace vmperf::peers
