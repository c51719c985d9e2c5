#include "vmperf/stats/ratio.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "groups.hpp"
#include "interval_math.hpp"
#include "resampler.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

double log_median(std::span<const double> values) {
  return std::log(median(values));
}

Interval exponential(const Interval &log) {
  return {
      .estimate = std::exp(log.estimate),
      .low = std::exp(log.low),
      .high = std::exp(log.high),
  };
}

double variance(const std::vector<double> &values) {
  return values.size() < 2 ? 0 : std::pow(std_dev(values), 2);
}

// Standard error of the difference of two means and its degrees of freedom.
struct DifferenceError {
  double standard_error, dof;
};

DifferenceError welch(const std::vector<double> &a, const std::vector<double> &b) {
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const double share_a = variance(a) / n_a;
  const double share_b = variance(b) / n_b;
  const double sum = share_a + share_b;
  if (sum == 0) {
    return {.standard_error = 0, .dof = 1};
  }
  // Of the shares relative to their sum: their squares would underflow.
  const double p = share_a / sum;
  const double q = share_b / sum;
  return {.standard_error = std::sqrt(sum), .dof = 1 / (p * p / (n_a - 1) + q * q / (n_b - 1))};
}

// One side has one value: the other's variance stands for both.
DifferenceError pooled(const std::vector<double> &a, const std::vector<double> &b) {
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const double dof = n_a + n_b - 2;
  const double shared = (variance(a) * (n_a - 1) + variance(b) * (n_b - 1)) / dof;
  return {.standard_error = std::sqrt(shared * (1 / n_a + 1 / n_b)), .dof = dof};
}

Interval resampled_ratio(const SampleSet &a, const SampleSet &b, const Resampling &resampling) {
  Resampler from_a(a.values, "a", resampling.seed, 0);
  Resampler from_b(b.values, "b", resampling.seed, 1);
  std::vector<double> ratios(static_cast<std::size_t>(resampling.resamples));
  for (std::size_t r = 0; r < ratios.size(); ++r) {
    from_a.draw(r);
    from_b.draw(r);
    ratios[r] = from_a.median() / from_b.median();
  }
  const double estimate =
      quantile_of_sorted(from_a.sorted(), 0.5) / quantile_of_sorted(from_b.sorted(), 0.5);
  // The smaller set decides how far the percentiles are moved out.
  const std::size_t n = std::min(a.values.size(), b.values.size());
  return percentile_interval(estimate, ratios, n, resampling.confidence);
}

} // namespace

Interval paired_ratio(std::span<const double> a, std::span<const double> b,
                      std::span<const std::int64_t> process, const Resampling &resampling) {
  check_resampling(resampling);
  check_positive(a, "a");
  check_positive(b, "b");
  check_equal_length(b.size(), "b", a.size(), "a");
  std::vector<double> ratios(a.size());
  view(std::span(ratios)) = view(a) / view(b);
  const auto groups = by_process(ratios, process, "process", "a");
  if (groups.size() == 1) {
    Resampler resampler(ratios, "a", resampling.seed);
    std::vector<double> medians(static_cast<std::size_t>(resampling.resamples));
    for (std::size_t r = 0; r < medians.size(); ++r) {
      resampler.draw(r);
      medians[r] = resampler.median();
    }
    return percentile_interval(quantile_of_sorted(resampler.sorted(), 0.5), medians, ratios.size(),
                               resampling.confidence);
  }
  return exponential(t_interval(reduce(groups, log_median), resampling.confidence));
}

Interval ratio(const SampleSet &a, const SampleSet &b, const Resampling &resampling) {
  check_resampling(resampling);
  check_positive(a.values, "a");
  check_positive(b.values, "b");
  const auto groups_a = by_process(a.values, a.process, "process_a", "a");
  const auto groups_b = by_process(b.values, b.process, "process_b", "b");
  if (groups_a.size() == 1 && groups_b.size() == 1) {
    return resampled_ratio(a, b, resampling);
  }
  const auto logs_a = reduce(groups_a, log_median);
  const auto logs_b = reduce(groups_b, log_median);
  const bool both = logs_a.size() > 1 && logs_b.size() > 1;
  const auto error = both ? welch(logs_a, logs_b) : pooled(logs_a, logs_b);
  const double difference = mean(logs_a) - mean(logs_b);
  const double reach = two_sided_t(resampling.confidence, error.dof) * error.standard_error;
  return exponential(
      {.estimate = difference, .low = difference - reach, .high = difference + reach});
}

} // namespace vmperf::stats
