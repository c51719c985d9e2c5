#include "vmperf/os/float_control.hpp"

namespace vmperf::os {

#if defined(__x86_64__)
constexpr std::uint64_t kControlBits = 0xffc0; // of MXCSR; below are the status flags
constexpr unsigned kX87 = 32;                  // where the control word of the x87 unit stands

std::uint64_t float_control() noexcept {
  std::uint16_t word = 0;
  asm volatile("fnstcw %0" : "=m"(word));
  return (__builtin_ia32_stmxcsr() & kControlBits) | (static_cast<std::uint64_t>(word) << kX87);
}

void set_float_control(std::uint64_t bits) noexcept {
  const auto word = static_cast<std::uint16_t>(bits >> kX87);
  asm volatile("fldcw %0" : : "m"(word));
  const std::uint64_t status = __builtin_ia32_stmxcsr() & ~kControlBits;
  __builtin_ia32_ldmxcsr(static_cast<unsigned>(status | (bits & kControlBits)));
}
#elif defined(__aarch64__)
std::uint64_t float_control() noexcept {
  std::uint64_t bits = 0;
  asm volatile("mrs %0, fpcr" : "=r"(bits));
  return bits;
}

void set_float_control(std::uint64_t bits) noexcept {
  asm volatile("msr fpcr, %0" : : "r"(bits));
}
#else
#error "float_control: read this architecture's floating-point control register here"
#endif

} // namespace vmperf::os
