// The one clock of all measurements: clock_gettime(CLOCK_MONOTONIC), a vDSO read of about 25 ns
// that moves in steps of about 10 ns where it is fed by the time-stamp counter. Fenced rdtsc costs
// the same and needs calibration, so it buys nothing. Thread-safe.
#pragma once

#include <cstdint>
#include <ctime>

namespace vmperf::os {

/// Nanoseconds of the monotonic clock.
[[nodiscard]] inline std::int64_t now_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// The same clock as the kernel's last tick left it, 1 to 10 ms behind: a fifth of the price.
[[nodiscard]] inline std::int64_t coarse_now_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

struct TimerCost {
  double cost_ns; ///< what a pair of back-to-back reads measures of itself
  double step_ns; ///< the least non-zero difference of two reads
};

/// Measured once per process (about 1 ms), then cached.
[[nodiscard]] TimerCost timer_cost();

} // namespace vmperf::os
