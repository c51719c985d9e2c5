// One timed batch: n ops of a workload between two reads of the clock, what disturbed it beside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

struct Batch {
  std::int64_t ns = 0; ///< the timer's cost already subtracted, never below 0
  std::uint32_t flags = 0;
  std::uint64_t checksum = 0;
};

struct BatchShape {
  std::uint64_t n = 1;
  unsigned copies = 1;
  std::size_t stack_shift_bytes = 0; ///< moves the workload's frames, part of the placement
};

/// Times one batch.
[[nodiscard]] Batch time_batch(Workload &workload, const BatchShape &shape);

/// A loop of n iterations that does nothing; its time is shown beside, never subtracted.
[[nodiscard]] WorkloadPtr make_empty_loop();

/// The least batch that may be reported: 1000 steps of the timer.
[[nodiscard]] double least_batch_ns();

} // namespace vmperf::bench
