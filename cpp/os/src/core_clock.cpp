#include "vmperf/os/core_clock.hpp"

#include <algorithm>
#include <cstdint>

#include "vmperf/os/clock.hpp"

namespace vmperf::os {
namespace {

constexpr int kUnroll = 50;
constexpr int kIterations = 1000;
constexpr int kBatches = 80;

// NOLINTBEGIN(cppcoreguidelines-macro-usage): asm text must be a literal
#define VMPERF_REPEAT_10(x) x x x x x x x x x x
#define VMPERF_REPEAT_50(x)                                                                        \
  VMPERF_REPEAT_10(x)                                                                              \
  VMPERF_REPEAT_10(x) VMPERF_REPEAT_10(x) VMPERF_REPEAT_10(x) VMPERF_REPEAT_10(x)
// NOLINTEND(cppcoreguidelines-macro-usage)

#if defined(__x86_64__)
#define VMPERF_ROTATE "rol $7, %0\n"
#define VMPERF_ADD "add %1, %0\n"
#elif defined(__aarch64__)
#define VMPERF_ROTATE "ror %0, %0, #7\n"
#define VMPERF_ADD "add %0, %0, %1\n"
#else
#error "core_clock: write the rotate and the add of this architecture here"
#endif

[[gnu::noinline]] std::uint64_t rotate_chain(std::uint64_t x) {
  for (int i = 0; i < kIterations; ++i) {
    asm volatile(VMPERF_REPEAT_50(VMPERF_ROTATE) : "+r"(x));
  }
  return x;
}

[[gnu::noinline]] std::uint64_t add_chain(std::uint64_t x) {
  const std::uint64_t y = x | 1U;
  for (int i = 0; i < kIterations; ++i) {
    asm volatile(VMPERF_REPEAT_50(VMPERF_ADD) : "+r"(x) : "r"(y));
  }
  return x;
}

double rate(std::uint64_t (*chain)(std::uint64_t)) {
  const std::int64_t begin = now_ns();
  chain(1);
  const auto ns = static_cast<double>(now_ns() - begin) - timer_cost().cost_ns;
  return static_cast<double>(kUnroll) * kIterations * 1e9 / std::max(1.0, ns);
}

double best_rate(std::uint64_t (*chain)(std::uint64_t)) {
  double best = 0;
  for (int i = 0; i < kBatches; ++i) {
    best = std::max(best, rate(chain));
  }
  return best;
}

} // namespace

double core_hz_now() {
  return rate(rotate_chain);
}
double measure_core_hz() {
  return best_rate(rotate_chain);
}
double measure_add_chain_hz() {
  return best_rate(add_chain);
}

double core_hz() {
  static const double hz = measure_core_hz();
  return hz;
}

} // namespace vmperf::os
