// What disturbed a batch: involuntary context switches and page faults of this thread, and time
// that the hypervisor took from the machine. A read costs a few microseconds: outside timed regions
// only. Thread-safe; the counts are of the calling thread, steal of the machine.
#pragma once

#include <cstdint>

namespace vmperf::os {

struct Usage {
  std::int64_t involuntary_switches = 0;
  std::int64_t page_faults = 0;
  std::int64_t steal_ticks = 0;        ///< 0 where /proc/stat does not say
  std::int64_t voluntary_switches = 0; ///< waits: for a lock, the disk, the clock, another thread
};

[[nodiscard]] Usage read_usage() noexcept;

} // namespace vmperf::os
