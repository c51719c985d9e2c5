// The CPU's tick counter as it is: not ordered with the work around it, which costs nothing more
// than the read, 5 to 10 ns. It runs at its own rate: ticks are NOT core cycles. For time stamps of
// events; what times work takes ordered_ticks.hpp. Thread-safe.
// Sources: Intel SDM volume 2, RDTSC; Arm ARM D12.1.2, CNTVCT_EL0.
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
#error "tick: write the tick counter of this architecture here"
#endif

} // namespace vmperf::os
