// Everything that a table row or a chart of one case needs, from its raw samples.
// Sample i did iterations[i] ops in ns_total[i] nanoseconds in cluster cluster[i]. Order statistics
// and moments are over the per-op times of all samples; low..high (of the median) and
// mean_low..mean_high are location_intervals() of them, so with several clusters the cluster is
// the unit of independence. The slope is that of ns_total on iterations through the origin.
// O(resamples n + n log n) time, O(resamples + n) memory. Thread-safe: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/stats/interval.hpp"
#include "vmperf/stats/tukey.hpp"

namespace vmperf::stats {

/// All times in ns per op.
struct Summary {
  std::size_t n, n_clusters;
  double min, q1, median, q3, max;
  double mean, std_dev, trimmed_mean;
  double slope, r_squared;
  double low, high;
  double mean_low, mean_high;
  OutlierCounts outliers;
  double ops_per_s; ///< 1e9 / median; infinite where the median is 0
};

/// ns_total[i] / iterations[i]; ns_total >= 0, iterations > 0.
[[nodiscard]] std::vector<double> per_op(std::span<const std::int64_t> ns_total,
                                         std::span<const std::int64_t> iterations);

/// At least two samples.
[[nodiscard]] Summary summarize(std::span<const std::int64_t> ns_total,
                                std::span<const std::int64_t> iterations,
                                std::span<const std::int64_t> cluster,
                                const Resampling &resampling = {});

} // namespace vmperf::stats
