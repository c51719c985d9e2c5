// Floating-point values that the compiler must compute, in registers of their own class: the
// general constraint "r" would move each into an integer register, an instruction per value. No
// instruction of cost; thread-safe.
// Source: GCC manual, "Constraints for Particular Machines".
#pragma once

namespace vmperf::os {

#if defined(__x86_64__)
#define VMPERF_REAL_REGISTER "x"
#elif defined(__aarch64__)
#define VMPERF_REAL_REGISTER "w"
#else
#error "keep_real: write the constraint of this architecture's floating-point registers here"
#endif

/// The value is computed, and memory is up to date.
template <class Real> [[gnu::always_inline]] inline void keep_real(Real value) noexcept {
  asm volatile("" : : VMPERF_REAL_REGISTER(value) : "memory");
}

/// The value is opaque from here on.
template <class Real> [[gnu::always_inline]] inline Real opaque_real(Real value) noexcept {
  asm volatile("" : "+" VMPERF_REAL_REGISTER(value));
  return value;
}

#undef VMPERF_REAL_REGISTER

} // namespace vmperf::os
