#include "vmperf/stats/ratio.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks.hpp"
#include "difference.hpp"
#include "eigen_view.hpp"
#include "groups.hpp"
#include "interval_math.hpp"
#include "resampler.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

double log_median(std::span<const double> values) {
  return std::log(median(values));
}

// The logarithm of the median ratio of each (cluster, point), grouped by cluster.
std::vector<std::vector<double>> log_medians(std::span<const double> ratios,
                                             std::span<const std::int64_t> cluster,
                                             std::span<const std::int64_t> point) {
  std::map<std::int64_t, std::map<std::int64_t, std::vector<double>>> cells;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    cells[cluster[i]][point[i]].push_back(ratios[i]);
  }
  const std::size_t n_points = std::set(point.begin(), point.end()).size();
  std::vector<std::vector<double>> logs;
  for (const auto &[number, points] : cells) {
    if (points.size() != n_points) {
      throw InvalidArgumentError(
          "point", std::to_string(points.size()) + " in cluster " + std::to_string(number),
          "all " + std::to_string(n_points) + " in every cluster");
    }
    auto &mine = logs.emplace_back();
    for (const auto &[unused, values] : points) {
      mine.push_back(log_median(values));
    }
  }
  return logs;
}

Interval exponential(const Interval &log) {
  return {
      .estimate = std::exp(log.estimate),
      .low = std::exp(log.low),
      .high = std::exp(log.high),
  };
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
                      std::span<const std::int64_t> cluster, const Resampling &resampling) {
  check_resampling(resampling);
  check_positive(a, "a");
  check_positive(b, "b");
  check_equal_length(b.size(), "b", a.size(), "a");
  std::vector<double> ratios(a.size());
  view(std::span(ratios)) = view(a) / view(b);
  const auto groups = by_cluster(ratios, cluster, "cluster", "a");
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

Interval paired_geomean(std::span<const double> a, std::span<const double> b,
                        std::span<const std::int64_t> cluster, std::span<const std::int64_t> point,
                        double confidence) {
  check_confidence(confidence);
  check_positive(a, "a");
  check_positive(b, "b");
  check_equal_length(b.size(), "b", a.size(), "a");
  check_equal_length(cluster.size(), "cluster", a.size(), "a");
  check_equal_length(point.size(), "point", a.size(), "a");
  std::vector<double> ratios(a.size());
  view(std::span(ratios)) = view(a) / view(b);
  const auto groups = log_medians(ratios, cluster, point);
  if (groups.size() < 2) {
    throw InvalidArgumentError("cluster", "1 distinct number", "2 or more");
  }
  return exponential(t_interval(reduce(groups, mean), confidence));
}

Interval ratio(const SampleSet &a, const SampleSet &b, const Resampling &resampling) {
  check_resampling(resampling);
  check_positive(a.values, "a");
  check_positive(b.values, "b");
  const auto groups_a = by_cluster(a.values, a.cluster, "cluster_a", "a");
  const auto groups_b = by_cluster(b.values, b.cluster, "cluster_b", "b");
  if (groups_a.size() == 1 && groups_b.size() == 1) {
    return resampled_ratio(a, b, resampling);
  }
  const auto logs_a = reduce(groups_a, log_median);
  const auto logs_b = reduce(groups_b, log_median);
  const bool both = logs_a.size() > 1 && logs_b.size() > 1;
  const auto error = both ? welch_error(logs_a, logs_b) : pooled_error(logs_a, logs_b);
  const double difference = mean(logs_a) - mean(logs_b);
  const double reach = two_sided_t(resampling.confidence, error.dof) * error.standard_error;
  return exponential(
      {.estimate = difference, .low = difference - reach, .high = difference + reach});
}

} // namespace vmperf::stats
