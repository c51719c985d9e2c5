// The host's side of the C interface of plugin.h: a library's workloads, makers and probes as those
// of this process. Exceptions stay on their side; here they are thrown anew from code and text.
#pragma once

#include "vmperf/bench/plugin.h"
#include "vmperf/bench/registry.hpp"

namespace vmperf::bench {

/// VmperfError, InvalidArgumentError or UnsupportedError for a failed call's code and text; nothing
/// for VMPERF_OK. `what` is the argument at fault.
void require_ok(int code, const char *what, const char *error);

/// What makes the library's workloads.
[[nodiscard]] Maker foreign_maker(const vmperf_maker &maker);

/// The library's probe; none where it has none.
[[nodiscard]] std::function<Availability()> foreign_probe(const vmperf_design &design);

} // namespace vmperf::bench
