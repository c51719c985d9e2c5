// Time that grows with n, inside the measured phase: a batch of half as many ops as a sample has,
// once a placement, against the samples themselves. Noise only adds, so the least of each counts;
// where their ratio is not believable they are taken again, side by side, before anybody is judged.
#include <algorithm>
#include <cmath>

#include "group.hpp"
#include "signs.hpp"

namespace vmperf::bench {
namespace {

constexpr int kLeastAgain = 3; // pairs, where the ratio is not believable at first
constexpr int kMostAgain = 10;
constexpr double kQuickNs = 1e6; // a batch that may be asked for again whatever the time
constexpr double kFarGrowth = 4; // twice what a neighbour may add
constexpr std::uint64_t kFarStep = 8;
constexpr std::uint64_t kMostFar = std::uint64_t{1} << 15U; // times the ops of a sample

std::uint64_t sampled_n(const Lane &lane) {
  const auto &iterations = lane.result.samples.iterations;
  return iterations.empty() ? 0 : static_cast<std::uint64_t>(iterations.back());
}

double ns_per_op(const Batch &batch, std::uint64_t n) {
  return static_cast<double>(batch.ns) / static_cast<double>(n);
}

double time_n(Lane &lane, std::uint64_t n, std::size_t shift) {
  return ns_per_op(time_batch(*lane.workload, {n, 1, shift}), n);
}

void time_pair(Lane &lane, std::size_t shift) {
  GrowthTimes &growth = lane.growth;
  growth.half_ns = std::min(growth.half_ns, time_n(lane, growth.n / 2, shift));
  const Batch whole = time_batch(*lane.workload, {growth.n, 1, shift});
  if (const double ns = ns_per_op(whole, growth.n); ns < growth.whole_ns) {
    growth.whole_ns = ns;
    growth.faults = whole.faults;
  }
}

// Samples of about so many ops, taken as they are.
double least_of_samples(const Lane &lane) {
  const Samples &samples = lane.result.samples;
  double least = lane.growth.whole_ns;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (static_cast<double>(samples.iterations[i]) > 0.75 * static_cast<double>(lane.growth.n)) {
      least = std::min(least, static_cast<double>(samples.ns_total[i]) /
                                  static_cast<double>(samples.iterations[i]));
    }
  }
  return least;
}

double ratio(const GrowthTimes &growth) {
  return growth.half_ns > 0 ? 2 * growth.whole_ns / growth.half_ns : 0;
}

// Whether a constant, such as waking threads, hides the ops: then they show once there are enough.
// Time that does not grow does not take long to be asked; that which may be there has its benefit
// where the question would take too long.
bool grows_with_far_more(Lane &lane, std::size_t shift, const Deadline &deadline) {
  const GrowthTimes &growth = lane.growth;
  const double batch_ns = growth.whole_ns * static_cast<double>(growth.n);
  for (std::uint64_t times = kFarStep; times <= kMostFar; times *= kFarStep) {
    const std::uint64_t n = growth.n * times;
    if (n > lane.workload->max_n()) {
      return false;
    }
    if (deadline.left_ns() < 0 && batch_ns > kQuickNs) {
      return true;
    }
    if (time_n(lane, n, shift) * static_cast<double>(n) > kFarGrowth * batch_ns) {
      return true;
    }
  }
  return false;
}

} // namespace

double pairs_to_come(const Lane &lane) {
  GrowthTimes growth = lane.growth;
  growth.whole_ns = least_of_samples(lane);
  const bool is_odd = growth.n != 0 && std::isfinite(growth.half_ns) && !grows(ratio(growth));
  return lane.runs() && is_odd ? kLeastAgain : 0;
}

void time_half(Lane &lane, std::size_t stack_shift_bytes) {
  const std::uint64_t max_n = lane.workload->max_n();
  const std::uint64_t sampled = sampled_n(lane);
  GrowthTimes &growth = lane.growth;
  growth.n = std::min(sampled, max_n) / 2 * 2;
  // A half that the timer does not resolve shows nothing; ops stamped alone grow by themselves.
  const double half_ns = static_cast<double>(growth.n) / 2 * lane.ns_per_op;
  if (growth.n < 2 || half_ns < 0.5 * least_batch_ns() || lane.recorder != nullptr) {
    growth.n = 0;
    return;
  }
  if (sampled > max_n) { // samples were taken in pieces
    time_pair(lane, stack_shift_bytes);
    return;
  }
  growth.half_ns = std::min(growth.half_ns, time_n(lane, growth.n / 2, stack_shift_bytes));
}

void settle_growth(Lane &lane, std::size_t stack_shift_bytes, const Deadline &deadline) {
  GrowthTimes &growth = lane.growth;
  if (growth.n == 0) {
    return;
  }
  if (sampled_n(lane) <= lane.workload->max_n()) {
    growth.whole_ns = least_of_samples(lane);
  }
  if (!grows(ratio(growth))) {
    growth = {.n = growth.n}; // side by side from here on: one lucky sample proves nothing
    for (int again = 0; again < kMostAgain; ++again) {
      const bool settled = again >= kLeastAgain && grows(ratio(growth));
      if (settled || (again > 0 && deadline.left_ns() <= 0)) {
        break;
      }
      time_pair(lane, stack_shift_bytes);
    }
  }
  lane.result.evidence.growth = ratio(growth);
  growth.by_faults = grows_by_faults(
      ratio(growth), static_cast<double>(growth.n) * (growth.whole_ns - growth.half_ns),
      growth.faults);
  lane.result.evidence.grows_late =
      !grows(ratio(growth)) && grows_with_far_more(lane, stack_shift_bytes, deadline);
}

} // namespace vmperf::bench
