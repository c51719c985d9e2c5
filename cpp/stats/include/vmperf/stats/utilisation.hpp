// Minimum mutator utilisation: of all windows of a length within a run, the least share of time
// that a program had for itself, between the pauses of its collector. One number says what a
// histogram of pauses cannot: ten short pauses in a row are as bad as a long one.
//
//   run      |-----[p]--[p]------------[ p ]-----|
//   window        |<-- w -->|              utilisation = 1 - (paused time in it) / w
//
// The least one begins where a pause begins, or ends where one ends: no other windows are looked
// at. O(pauses log pauses) a window. Pure. Source: Cheng and Blelloch, A Parallel, Real-Time
// Garbage Collector, PLDI 2001, section 5.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

/// The pauses of a run: each from start_ns for ns, in order, none within another.
struct PauseTimes {
  std::span<const std::int64_t> start_ns, ns;
  std::int64_t begin_ns, end_ns; ///< of the run
};

/// The least utilisation, 0 to 1, over each of the windows; not a number for one that is longer
/// than the run. InvalidArgumentError where lengths differ, a pause has a negative length, overlaps
/// the one before or lies outside the run, or a window is shorter than 1 ns.
[[nodiscard]] std::vector<double> min_mutator_utilisation(const PauseTimes &pauses,
                                                          std::span<const std::int64_t> windows_ns);

} // namespace vmperf::stats
