#include "vmperf/os/float_control.hpp"

namespace vmperf::os {

#if defined(__x86_64__)
constexpr std::uint64_t kControlBits = 0xffc0; // below are the status flags

std::uint64_t float_control() noexcept {
  return __builtin_ia32_stmxcsr() & kControlBits;
}

void set_float_control(std::uint64_t bits) noexcept {
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
