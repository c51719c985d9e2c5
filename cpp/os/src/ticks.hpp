// The CPU's tick counter, which runs at its own rate: ticks are NOT core cycles.
#pragma once

#include "vmperf/os/tick.hpp"

namespace vmperf::os {

struct TickRate {
  double hz;
  const char *source; ///< who says so
};

/// The rate as the CPU states it, else measured against the monotonic clock; cached.
[[nodiscard]] TickRate tick_rate();

} // namespace vmperf::os
