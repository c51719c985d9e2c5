// One timed batch: n ops of a workload between two reads of the clock, what disturbed it beside.
// Where a workload does fewer ops at a time (max_n), the batch is a sum of pieces, each prepared,
// then stamped by the ordered counter; where ops are stamped alone it is the sum of their times.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

struct Batch {
  std::int64_t ns = 0; ///< the timer's cost already subtracted, never below 0
  std::uint32_t flags = 0;
  std::uint64_t checksum = 0;
  std::uint64_t n_pieces = 1;
  std::int64_t wall_ns = 0; ///< with everything that is not timed: prepare(), the stamps
  std::int64_t cpu_ns = 0;  ///< of all threads, during wall_ns
  std::int64_t faults = 0;  ///< page faults of this thread in what is timed
  std::int64_t waits = 0;   ///< times that this thread gave its CPU up
};

struct BatchShape {
  std::uint64_t n = 1;
  unsigned copies = 1;
  std::size_t stack_shift_bytes = 0;   ///< moves the workload's frames, part of the placement
  LatencyRecorder *recorder = nullptr; ///< stamps every op alone
};

/// Times one batch.
[[nodiscard]] Batch time_batch(Workload &workload, const BatchShape &shape);

/// A loop of n iterations that does nothing; its time is shown beside, never subtracted.
[[nodiscard]] WorkloadPtr make_empty_loop();

/// The least mean time of a piece that the ordered counter resolves.
[[nodiscard]] double least_piece_ns();

/// The least batch that may be reported: 1000 steps of the timer.
[[nodiscard]] double least_batch_ns();

} // namespace vmperf::bench
