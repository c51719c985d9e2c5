// The peers: one file and one line here each.
#pragma once

#include "vmperf/bench/registry.hpp"

namespace vmperf::peers {

void declare_mimalloc(bench::Registry &registry);
void declare_boost_pool(bench::Registry &registry);
void declare_pmr(bench::Registry &registry);
void declare_aocl(bench::Registry &registry);
void declare_highway(bench::Registry &registry);
void declare_isal(bench::Registry &registry);
void declare_google_crc32c(bench::Registry &registry);

} // namespace vmperf::peers
