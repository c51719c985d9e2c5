// The CPU's tick counter, which runs at its own rate: ticks are NOT core cycles.
#pragma once

#include <cstdint>

namespace vmperf::os {

#ifdef __x86_64__
inline constexpr const char *kTickName = "rdtsc";
[[nodiscard]] inline std::uint64_t read_ticks() noexcept {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return std::uint64_t{high} << 32U | low;
}
#elif defined(__aarch64__)
inline constexpr const char *kTickName = "cntvct_el0";
[[nodiscard]] inline std::uint64_t read_ticks() noexcept {
  std::uint64_t ticks = 0;
  asm volatile("mrs %0, CNTVCT_EL0" : "=r"(ticks));
  return ticks;
}
#else
#error "ticks: write the tick counter of this architecture here"
#endif

struct TickRate {
  double hz;
  const char *source; ///< who says so
};

/// The rate as the CPU states it, else measured against the monotonic clock; cached.
[[nodiscard]] TickRate tick_rate();

} // namespace vmperf::os
