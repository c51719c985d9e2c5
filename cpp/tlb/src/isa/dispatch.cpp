// What this CPU has: which kernels, and whether 16 bytes are read at once. The one place of tlb that
// asks what it is compiled for.
#include "kernels.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/cpu.hpp"
#include "vmperf/tlb/batch_view.hpp"

namespace vmperf::tlb {
namespace {

BatchKernels choose() noexcept {
  return scalar::kernels();
}

} // namespace

const BatchKernels &batch_kernels() noexcept {
  static const BatchKernels chosen = choose();
  return chosen;
}

bool wide_is_atomic() noexcept {
#ifdef __x86_64__
  static const bool atomic = os::has_feature("avx");
#elif defined(__aarch64__)
  static const bool atomic = os::has_feature("uscat"); // the kernel's name of LSE2
#else
#error "tlb: an architecture needs its promise about 16 bytes here"
#endif
  return atomic;
}

void detail::require_atomic_wide() {
  if (!wide_is_atomic()) {
    throw UnsupportedError("atomic16: this CPU does not promise to read 16 bytes at once (x86-64 "
                           "with AVX, AArch64 with LSE2); take seqlock, which has the same widths");
  }
}

} // namespace vmperf::tlb
