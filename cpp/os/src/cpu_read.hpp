// The one function that each architecture's cpu_*.cpp defines: reads the CPU now, uncached.
#pragma once

#include "vmperf/os/cpu.hpp"

namespace vmperf::os {

[[nodiscard]] Cpu read_cpu();

} // namespace vmperf::os
