// The workload of alloc/replay over any face: the ops of a generated trace, cyclically.
// Used by designs and peers only. One thread.
#pragma once

#include "vmperf/alloc/face.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::alloc {

/// `allocates`: false for one that hands out what others hold, which no verification can pass.
[[nodiscard]] bench::WorkloadPtr make_replay_workload(const Face &face, bool allocates,
                                                      const bench::Params &params);

} // namespace vmperf::alloc
