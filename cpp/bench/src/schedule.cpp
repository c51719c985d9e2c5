#include "schedule.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "vmperf/bench/generators.hpp"

namespace vmperf::bench {
namespace {

constexpr int kSamplesOfLargeWork = 20;

double weight(int n_samples) {
  return 0.5 * n_samples * (n_samples + 1);
}

// Work may turn out that much faster than its estimate, which others on the core made slow.
constexpr double kMargin = 1.5;

} // namespace

Schedule::Schedule(const Settings &settings, const std::vector<double> &ns_per_op,
                   double least_batch_ns)
    : seed_(settings.seed), process_(settings.process), n_samples_(settings.n_samples),
      n_placements_(settings.n_placements), linear_(settings.sampling == Sampling::linear) {
  const double slowest = std::ranges::max(ns_per_op);
  const auto total = static_cast<double>(settings.measurement_ns);
  linear_ = linear_ && slowest * weight(n_samples_) <= 2 * total;
  if (!linear_ && slowest * n_samples_ > total) {
    n_samples_ = std::min(n_samples_, kSamplesOfLargeWork);
  }
  n_placements_ = std::min(n_placements_, n_samples_);
  const double share = linear_ ? total / weight(n_samples_) : total / n_samples_;
  first_batch_ns_ = std::max(share, least_batch_ns * kMargin);
}

double Schedule::batch_ns(int i) const noexcept {
  return linear_ ? first_batch_ns_ * i : first_batch_ns_;
}

std::uint64_t Schedule::iterations(double ns_per_op, int number) const noexcept {
  // Linear: whole multiples of the first batch, or the slope's regressor would be rounded.
  const double first = std::max(1.0, std::min(first_batch_ns_ / ns_per_op, 1e15) + 0.5);
  const auto base = static_cast<std::uint64_t>(first);
  const auto times = static_cast<std::uint64_t>(linear_ ? number + 1 : 1);
  return base * times;
}

int Schedule::placement(int number) const noexcept {
  return static_cast<int>(static_cast<long>(number) * n_placements_ / n_samples_);
}

std::vector<std::size_t> Schedule::order(std::size_t slots, int number) const {
  std::vector<std::size_t> order(slots);
  std::iota(order.begin(), order.end(), std::size_t{0});
  CounterRng rng(seed_, process_);
  shuffle(std::span(order), rng);
  const auto turn = static_cast<std::size_t>(number) % slots;
  std::ranges::rotate(order, order.begin() + static_cast<std::ptrdiff_t>(turn));
  return order;
}

} // namespace vmperf::bench
