#include "vmperf/stats/summary.hpp"

#include <algorithm>
#include <string>

#include "checks.hpp"
#include "groups.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"
#include "vmperf/stats/regression.hpp"

namespace vmperf::stats {
namespace {

void check_at_least(std::span<const std::int64_t> values, const char *argument,
                    std::int64_t least) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < least) {
      throw InvalidArgumentError(argument,
                                 std::to_string(values[i]) + " at index " + std::to_string(i),
                                 std::to_string(least) + " or more");
    }
  }
}

std::vector<double> as_double(std::span<const std::int64_t> values) {
  std::vector<double> result(values.size());
  std::ranges::transform(values, result.begin(),
                         [](std::int64_t value) { return static_cast<double>(value); });
  return result;
}

} // namespace

std::vector<double> per_op(std::span<const std::int64_t> ns_total,
                           std::span<const std::int64_t> iterations) {
  check_equal_length(iterations.size(), "iterations", ns_total.size(), "ns_total");
  check_at_least(ns_total, "ns_total", 0);
  check_at_least(iterations, "iterations", 1);
  std::vector<double> result(ns_total.size());
  std::ranges::transform(ns_total, iterations, result.begin(), [](std::int64_t ns, std::int64_t n) {
    return static_cast<double>(ns) / static_cast<double>(n);
  });
  return result;
}

Summary summarize(std::span<const std::int64_t> ns_total, std::span<const std::int64_t> iterations,
                  std::span<const std::int64_t> cluster, const Resampling &resampling) {
  const auto values = per_op(ns_total, iterations);
  check_values(values, "ns_total", 2);
  check_equal_length(cluster.size(), "cluster", ns_total.size(), "ns_total");
  const auto sorted = sorted_copy(values);
  const auto intervals = location_intervals(values, cluster, resampling);
  const auto slope = fit_through_origin(as_double(iterations), as_double(ns_total));
  return {
      .n = sorted.size(),
      .n_clusters = by_cluster(values, cluster).size(),
      .min = sorted.front(),
      .q1 = quantile_of_sorted(sorted, 0.25),
      .median = intervals.median.estimate,
      .q3 = quantile_of_sorted(sorted, 0.75),
      .max = sorted.back(),
      .mean = intervals.mean.estimate,
      .std_dev = std_dev(values),
      .trimmed_mean = trimmed_mean_of_sorted(sorted, kDefaultTrim),
      .slope = slope.slope,
      .r_squared = slope.r_squared,
      .low = std::max(intervals.median.low, 0.0),
      .high = intervals.median.high,
      .mean_low = std::max(intervals.mean.low, 0.0),
      .mean_high = intervals.mean.high,
      .outliers = count_outliers(values),
      .ops_per_s = 1e9 / intervals.median.estimate,
  };
}

} // namespace vmperf::stats
