#include "batch.hpp"

#include <alloca.h>

#include <algorithm>
#include <cmath>

#include "vmperf/bench/samples.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/usage.hpp"

namespace vmperf::bench {
namespace {

constexpr double kTimerSteps = 1000;

class EmptyLoop final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      asm volatile("");
    }
    return 0;
  }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }
};

struct Stamped {
  std::int64_t ns;
  std::uint64_t checksum;
};

// noinline, so that the shift really moves the frames below it.
[[gnu::noinline]] Stamped run_shifted(Workload &workload, const BatchShape &shape) {
  void *shift = alloca(shape.stack_shift_bytes + 16);
  sink(shift);
  const std::int64_t begin = os::now_ns();
  const std::uint64_t checksum =
      shape.copies == 1 ? workload.run(shape.n) : workload.run_copies(shape.copies, shape.n);
  sink(checksum);
  return {os::now_ns() - begin, checksum};
}

std::uint32_t flags_between(const os::Usage &before, const os::Usage &after) {
  std::uint32_t flags = 0;
  flags |= after.involuntary_switches > before.involuntary_switches ? kFlagSwitch : 0U;
  flags |= after.page_faults > before.page_faults ? kFlagFault : 0U;
  flags |= after.steal_ticks > before.steal_ticks ? kFlagSteal : 0U;
  return flags;
}

} // namespace

Batch time_batch(Workload &workload, const BatchShape &shape) {
  static const auto timer_ns = static_cast<std::int64_t>(std::lround(os::timer_cost().cost_ns));
  const os::Usage before = os::read_usage();
  const Stamped stamped = run_shifted(workload, shape);
  const os::Usage after = os::read_usage();
  return {std::max<std::int64_t>(0, stamped.ns - timer_ns), flags_between(before, after),
          stamped.checksum};
}

WorkloadPtr make_empty_loop() {
  return std::make_unique<EmptyLoop>();
}

double least_batch_ns() {
  return kTimerSteps * os::timer_cost().step_ns;
}

} // namespace vmperf::bench
