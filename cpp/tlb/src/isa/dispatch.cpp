// What this CPU has: which kernels, and whether 16 bytes are read at once. The one place of tlb
// that asks what it is compiled for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/cpu.hpp"
#include "vmperf/tlb/batch_view.hpp"

namespace vmperf::tlb {
namespace {

#ifdef __x86_64__

bool has_avx512() {
  return os::has_feature("avx512f") && os::has_feature("avx512bw") && os::has_feature("avx512vl") &&
         os::has_feature("avx2") && os::has_feature("bmi2");
}

// Some 50 us: random pages of a table of 4096, the shorter of several turns each.
class Calibration {
public:
  Calibration() : cells_(kSets), va_(kBatch), pa_(kBatch), fault_(kBatch), misses_(kBatch) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      va_[i] = mix64(i) % kSets << 12U;
    }
  }
  std::int64_t best_ns(BatchKernel *kernel) {
    std::int64_t best = INT64_MAX;
    for (int turn = 0; turn < kTurns; ++turn) {
      const std::int64_t start = os::now_ns();
      for (int i = 0; i < kRepeats; ++i) {
        kernel(view_, va_.data(), pa_.data(), fault_.data(), kBatch, 0, misses_.data());
      }
      best = std::min(best, os::now_ns() - start);
    }
    return best;
  }

private:
  static constexpr std::size_t kSets = 4096, kBatch = 512;
  static constexpr int kTurns = 16, kRepeats = 4;
  std::vector<std::uint64_t> cells_, va_, pa_;
  std::vector<std::uint8_t> fault_;
  std::vector<std::uint32_t> misses_;
  // Everything is a hit: with a mask of nothing, nothing differs.
  BatchView view_{.cells = cells_.data(),
                  .set_mask = kSets - 1,
                  .fold = 63,
                  .tag_mask = 0,
                  .mask = 0,
                  .key = 0,
                  .global_key = 0,
                  .ppn_bits = 28};
};

BatchKernels choose() {
  if (!has_avx512()) {
    return scalar::kernels();
  }
  BatchKernels kernels = avx512_batch::kernels();
  Calibration calibration;
  if (calibration.best_ns(avx512_batch::gathering()) < calibration.best_ns(kernels.packed)) {
    kernels.packed = avx512_batch::gathering();
    kernels.name = "avx512, gathering";
  }
  return kernels;
}

#else

BatchKernels choose() {
  return scalar::kernels();
}

#endif

} // namespace

const BatchKernels &batch_kernels() {
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
