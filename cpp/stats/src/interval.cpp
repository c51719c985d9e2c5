#include "vmperf/stats/interval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "groups.hpp"
#include "interval_math.hpp"
#include "resampler.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {

Interval containing(double estimate, double low, double high) noexcept {
  return {.estimate = estimate, .low = std::min(low, estimate), .high = std::max(high, estimate)};
}

Interval percentile_interval(double estimate, std::span<double> resampled, std::size_t n,
                             double confidence) {
  std::ranges::sort(resampled);
  const auto dof = static_cast<double>(n - 1);
  const double reach = std::sqrt((dof + 1) / dof) * two_sided_t(confidence, dof);
  const double tail = std::erfc(reach / std::numbers::sqrt2) / 2; // of a unit Gaussian
  return containing(estimate, quantile_of_sorted(resampled, tail),
                    quantile_of_sorted(resampled, 1 - tail));
}

double two_sided_t(double confidence, double dof) {
  // From the lower tail: 1 - (1 - confidence) / 2 would round to 1 for a confidence near 1.
  return -student_t_quantile((1 - confidence) / 2, std::clamp(dof, 1.0, kMaxDof));
}

LocationIntervals bootstrap(std::span<const double> values, const Resampling &resampling) {
  check_resampling(resampling);
  Resampler resampler(values, "values", resampling.seed);
  const auto n = static_cast<std::size_t>(resampling.resamples);
  std::vector<double> medians(n);
  std::vector<double> means(n);
  for (std::size_t r = 0; r < n; ++r) {
    resampler.draw(r);
    medians[r] = resampler.median();
    means[r] = resampler.mean();
  }
  const auto sorted = resampler.sorted();
  return {
      .median = percentile_interval(quantile_of_sorted(sorted, 0.5), medians, sorted.size(),
                                    resampling.confidence),
      .mean = percentile_interval(mean(sorted), means, sorted.size(), resampling.confidence),
  };
}

Interval t_interval(std::span<const double> values, double confidence) {
  check_confidence(confidence);
  const double spread = std_dev(values);
  const double centre = mean(values);
  const auto n = static_cast<double>(values.size());
  const double reach = two_sided_t(confidence, n - 1) * spread / std::sqrt(n);
  return {.estimate = centre, .low = centre - reach, .high = centre + reach};
}

LocationIntervals location_intervals(std::span<const double> values,
                                     std::span<const std::int64_t> cluster,
                                     const Resampling &resampling) {
  check_resampling(resampling);
  check_values(values, "values", 2);
  const auto groups = by_cluster(values, cluster);
  if (groups.size() == 1) {
    return bootstrap(values, resampling);
  }
  const auto of_medians = t_interval(reduce(groups, median), resampling.confidence);
  const auto of_means = t_interval(reduce(groups, mean), resampling.confidence);
  return {
      .median = containing(median(values), of_medians.low, of_medians.high),
      .mean = containing(mean(values), of_means.low, of_means.high),
  };
}

} // namespace vmperf::stats
