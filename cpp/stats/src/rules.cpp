#include "vmperf/stats/rules.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "checks.hpp"
#include "resampler.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

// Sums of a resample, enough for Welch's t; shifted by a common centre so that no digits are lost.
struct Sums {
  double n = 0, sum = 0, squares = 0;

  void add(double v) noexcept {
    n += 1;
    sum += v;
    squares += v * v;
  }
  [[nodiscard]] double mean() const noexcept { return sum / n; }
  [[nodiscard]] double variance_of_mean() const noexcept {
    return std::max(0.0, (squares - sum * sum / n) / (n - 1)) / n;
  }
};

double t_of(const Sums &x, const Sums &y) noexcept {
  const double variance = x.variance_of_mean() + y.variance_of_mean();
  const double difference = x.mean() - y.mean();
  if (variance > 0) {
    return difference / std::sqrt(variance);
  }
  return difference == 0 ? 0 : std::copysign(HUGE_VAL, difference);
}

// Two-sided p of the t of b over a among those of resamples of both samples thrown together.
double bootstrapped_p(std::span<const double> a, std::span<const double> b,
                      const Resampling &resampling) {
  std::vector<double> pooled(a.begin(), a.end());
  pooled.insert(pooled.end(), b.begin(), b.end());
  const double centre = mean(pooled);
  std::ranges::transform(pooled, pooled.begin(), [&](double v) { return v - centre; });
  Sums sum_a;
  Sums sum_b;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    (i < a.size() ? sum_a : sum_b).add(pooled[i]);
  }
  const double t = t_of(sum_b, sum_a);
  double below = 0;
  for (std::int64_t r = 0; r < resampling.resamples; ++r) {
    // Streams of their own: the change is resampled from streams 2 r and 2 r + 1.
    CounterRng rng(~resampling.seed, static_cast<std::uint64_t>(r));
    Sums new_a;
    Sums new_b;
    for (std::size_t i = 0; i < pooled.size(); ++i) {
      (i < a.size() ? new_a : new_b).add(pooled[rng.below(pooled.size())]);
    }
    below += t_of(new_b, new_a) < t ? 1 : 0;
  }
  const auto n = static_cast<double>(resampling.resamples);
  return 2 * std::min(below, n - below) / n;
}

void check_threshold(double threshold, const char *argument) {
  if (!within(threshold, 0, kMaxMagnitude)) {
    throw InvalidArgumentError(argument, text(threshold), "0 to 1e150");
  }
}

double value_of(std::span<const double> values, Statistic statistic) {
  switch (statistic) {
  case Statistic::mean:
    return mean(values);
  case Statistic::median:
    return median(values);
  case Statistic::minimum:
    break;
  }
  return minimum(values);
}

} // namespace

CriterionVerdict rule_criterion(std::span<const double> a, std::span<const double> b,
                                double noise_threshold, const Resampling &resampling) {
  check_resampling(resampling);
  check_threshold(noise_threshold, "noise_threshold");
  check_values(a, "a", 2);
  check_values(b, "b", 2);
  check_positive(a, "a");
  check_positive(b, "b");
  Resampler from_a(a, "a", resampling.seed, 0);
  Resampler from_b(b, "b", resampling.seed, 1);
  std::vector<double> changes(static_cast<std::size_t>(resampling.resamples));
  for (std::size_t r = 0; r < changes.size(); ++r) {
    from_a.draw(r);
    from_b.draw(r);
    changes[r] = from_b.mean() / from_a.mean() - 1;
  }
  std::ranges::sort(changes);
  const double tail = (1 - resampling.confidence) / 2;
  CriterionVerdict verdict{.change = {.estimate = mean(b) / mean(a) - 1,
                                      .low = quantile_of_sorted(changes, tail),
                                      .high = quantile_of_sorted(changes, 1 - tail)},
                           .p = bootstrapped_p(a, b, resampling),
                           .alarm = false};
  verdict.alarm = verdict.p < kCriterionSignificance && verdict.change.low > noise_threshold;
  return verdict;
}

ThresholdVerdict rule_threshold(std::span<const double> a, std::span<const double> b,
                                Statistic statistic, double threshold) {
  check_threshold(threshold, "threshold");
  check_positive(a, "a");
  check_positive(b, "b");
  const double change = value_of(b, statistic) / value_of(a, statistic) - 1;
  return {.change = change, .alarm = change > threshold};
}

} // namespace vmperf::stats
