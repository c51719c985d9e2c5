// What a process uses: resident memory with its high-water mark, CPU time, page faults, threads.
// Read between batches, never inside: 1 to 30 us each. Thread-safe; the counts are the whole
// process's. Sources: proc(5) (statm, status VmHWM, clear_refs), getrusage(2), clock_gettime(2).
#pragma once

#include <cstdint>

namespace vmperf::os {

/// Bytes in memory now; 0 where /proc does not say.
[[nodiscard]] std::int64_t resident_bytes() noexcept;

/// Starts a new high-water mark at what is resident now; false where the kernel refuses.
bool reset_peak_resident() noexcept;

/// The most bytes in memory since the last reset; 0 where /proc does not say.
[[nodiscard]] std::int64_t peak_resident_bytes() noexcept;

/// CPU time of all threads, ended ones too.
[[nodiscard]] std::int64_t process_cpu_ns() noexcept;

/// Minor and major page faults of all threads.
[[nodiscard]] std::int64_t process_page_faults() noexcept;

/// Threads of this process now; 0 where /proc does not say.
[[nodiscard]] int n_threads() noexcept;

} // namespace vmperf::os
