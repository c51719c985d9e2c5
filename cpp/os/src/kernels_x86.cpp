#ifdef __x86_64__

#include "kernel_chains.hpp"

namespace vmperf::os {

// NOLINTBEGIN(cppcoreguidelines-macro-usage): asm text must be a literal
#define VMPERF_X10(x) x x x x x x x x x x
#define VMPERF_X50(x) VMPERF_X10(x) VMPERF_X10(x) VMPERF_X10(x) VMPERF_X10(x) VMPERF_X10(x)
// NOLINTEND(cppcoreguidelines-macro-usage)

void add_ops(int iterations) noexcept {
  std::uint64_t x = 1;
  std::uint64_t y = 3;
  asm volatile("" : "+r"(y));
  for (int i = 0; i < iterations; ++i) {
    asm volatile(VMPERF_X50("add %1, %0\n") : "+r"(x) : "r"(y) : "cc");
  }
}

void imul_ops(int iterations) noexcept {
  std::uint64_t x = 1;
  std::uint64_t y = 3;
  asm volatile("" : "+r"(y));
  for (int i = 0; i < iterations; ++i) {
    asm volatile(VMPERF_X50("imul %k1, %k0\n") : "+r"(x) : "r"(y) : "cc");
  }
}

void l1_load_ops(ChaseRing &ring, int iterations) noexcept {
  void *at = ring.lines.data();
  for (int i = 0; i < iterations; ++i) {
    asm volatile(VMPERF_X50("mov (%0), %0\n") : "+r"(at) : : "memory");
  }
}

void store_forward_ops(int iterations) noexcept {
  alignas(64) std::uint64_t cell = 0;
  std::uint64_t x = 1;
  for (int i = 0; i < iterations; ++i) {
    asm volatile(VMPERF_X50("mov %0, (%1)\n"
                            "mov (%1), %0\n")
                 : "+r"(x)
                 : "r"(&cell)
                 : "memory");
  }
}

} // namespace vmperf::os

#endif
