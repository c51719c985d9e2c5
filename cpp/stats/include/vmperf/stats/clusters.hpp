// Which samples belong together: the unit of independence that every interval counts in.
// Samples of one process share its address space, those of one placement of buffers its caches and
// pages; each draws an offset of its own, which more samples inside it do not average out. The
// outermost unit that varies is the cluster, as its means hold all offsets from there inward
// (Kalibera, Jones: Rigorous benchmarking in reasonable time, ISMM 2013, section 6): the process
// where there are several, else the placement. Counting placements of several processes singly
// would take an offset of a process for many. O(n). Thread-safe: a pure function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

/// The number of each sample's cluster; lengths must agree.
[[nodiscard]] std::vector<std::int64_t> clusters(std::span<const std::int64_t> process,
                                                 std::span<const std::int64_t> placement);

} // namespace vmperf::stats
