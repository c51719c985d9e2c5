#include "batch.hpp"

#include <alloca.h>

#include <algorithm>
#include <cmath>

#include "vmperf/bench/latency.hpp"
#include "vmperf/bench/samples.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/memory_use.hpp"
#include "vmperf/os/ordered_ticks.hpp"
#include "vmperf/os/usage.hpp"

namespace vmperf::bench {
namespace {

constexpr double kTimerSteps = 1000;

struct Stamped {
  double ns = 0;
  std::uint64_t checksum = 0;
  std::uint64_t n_pieces = 1;
};

std::uint64_t run(Workload &workload, unsigned copies, std::uint64_t n) {
  return copies == 1 ? workload.run(n) : workload.run_copies(copies, n);
}

Stamped run_whole(Workload &workload, const BatchShape &shape) {
  static const double timer_ns = os::timer_cost().cost_ns;
  const std::int64_t begin = os::now_ns();
  const std::uint64_t checksum = run(workload, shape.copies, shape.n);
  sink(checksum);
  return {.ns = static_cast<double>(os::now_ns() - begin) - timer_ns, .checksum = checksum};
}

// Each piece for itself, since prepare() may lie between. The counter's cost is subtracted once a
// piece; what is left of its step averages out over many pieces.
Stamped run_pieces(Workload &workload, const BatchShape &shape) {
  static const os::OrderedCost cost = os::ordered_cost();
  Stamped all{.n_pieces = 0};
  std::uint64_t ticks = 0;
  for (std::uint64_t left = shape.n; left != 0;) {
    const std::uint64_t n = std::min(left, workload.max_n());
    if (all.n_pieces != 0) { // of the first it was done before the batch
      workload.prepare(n);
    }
    const std::uint64_t begin = os::ticks_before();
    all.checksum = run(workload, shape.copies, n);
    sink(all.checksum);
    ticks += os::ticks_after() - begin;
    ++all.n_pieces;
    left -= n;
  }
  all.ns = (static_cast<double>(ticks) - static_cast<double>(all.n_pieces) * cost.pair_ticks) *
           cost.ns_per_tick;
  return all;
}

// The ops' own times, the stamps' cost in them: the null design shows it.
Stamped run_stamped(Workload &workload, const BatchShape &shape) {
  Stamped all{.n_pieces = 0};
  const std::uint64_t before = shape.recorder->total_ticks();
  for (std::uint64_t left = shape.n; left != 0;) {
    const std::uint64_t n = std::min(left, workload.max_n());
    if (all.n_pieces != 0) {
      workload.prepare(n);
    }
    all.checksum = workload.run_stamped(n, *shape.recorder);
    sink(all.checksum);
    ++all.n_pieces;
    left -= n;
  }
  all.ns =
      static_cast<double>(shape.recorder->total_ticks() - before) * os::ordered_cost().ns_per_tick;
  return all;
}

// noinline, so that the shift really moves the frames below it.
[[gnu::noinline]] Stamped run_shifted(Workload &workload, const BatchShape &shape) {
  void *shift = alloca(shape.stack_shift_bytes + 16);
  sink(shift);
  if (shape.recorder != nullptr) {
    return run_stamped(workload, shape);
  }
  return shape.n > workload.max_n() ? run_pieces(workload, shape) : run_whole(workload, shape);
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
  static const os::OrderedCost stamps = os::ordered_cost(); // its measurement is no batch's time
  static_cast<void>(stamps);
  const std::int64_t begin_ns = os::now_ns();
  const std::int64_t begin_cpu_ns = os::process_cpu_ns();
  workload.prepare(std::min(shape.n, workload.max_n()));
  const os::Usage before = os::read_usage();
  const Stamped stamped = run_shifted(workload, shape);
  const os::Usage after = os::read_usage();
  return {.ns = std::max<std::int64_t>(0, std::llround(stamped.ns)),
          .flags = flags_between(before, after),
          .checksum = stamped.checksum,
          .n_pieces = stamped.n_pieces,
          .wall_ns = os::now_ns() - begin_ns,
          .cpu_ns = os::process_cpu_ns() - begin_cpu_ns,
          .faults = after.page_faults - before.page_faults,
          .waits = after.voluntary_switches - before.voluntary_switches};
}

WorkloadPtr make_empty_loop() {
  return std::make_unique<NullWorkload>();
}

double least_piece_ns() {
  const os::OrderedCost cost = os::ordered_cost();
  return cost.step_ticks * cost.ns_per_tick;
}

double least_batch_ns() {
  return kTimerSteps * os::timer_cost().step_ns;
}

} // namespace vmperf::bench
