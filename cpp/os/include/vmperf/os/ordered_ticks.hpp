// The CPU's counter, read so that the work between two reads stays between them: the first waits
// for all before it, the second for the work and lets nothing later overtake it. Ticks are not core
// cycles. 10 to 20 ns a read, the step is the counter's own (1 to 10 ns). Thread-safe.
// Sources: Intel SDM volume 2, RDTSC and RDTSCP (notes on ordering); AMD APM volume 3, LFENCE; Arm
// ARM D12.1.2, CNTVCT_EL0 (ISB orders it).
#pragma once

#include <cstdint>

namespace vmperf::os {

/// The counter before the work.
[[gnu::always_inline]] inline std::uint64_t ticks_before() noexcept {
#if defined(__x86_64__)
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
  return (static_cast<std::uint64_t>(high) << 32U) | low;
#elif defined(__aarch64__)
  std::uint64_t ticks = 0;
  asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
  return ticks;
#else
#error "ordered_ticks: write the ordered counter of this architecture here"
#endif
}

/// The counter after the work.
[[gnu::always_inline]] inline std::uint64_t ticks_after() noexcept {
#if defined(__x86_64__)
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t cpu = 0;
  asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(cpu) : : "memory");
  return (static_cast<std::uint64_t>(high) << 32U) | low;
#else
  return ticks_before();
#endif
}

struct OrderedCost {
  double ns_per_tick;
  double pair_ticks; ///< what two reads with nothing between them say: the median of many
  double step_ticks; ///< the least difference of two readings that is not zero
};

/// Measured once per process (some milliseconds), then cached.
[[nodiscard]] OrderedCost ordered_cost();

} // namespace vmperf::os
