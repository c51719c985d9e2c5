// Confidence intervals of a median or a mean, for one cluster and for several.
//
// One cluster: percentile bootstrap (Efron, Tibshirani: An Introduction to the Bootstrap, 1993, ch.
// 13), its percentiles moved out to Phi(-+ sqrt(n / (n - 1)) t(n - 1)), as the plain ones are too
// narrow for few samples (Hesterberg: What Teachers Should Know about the Bootstrap, The American
// Statistician 69, 2015, "expanded percentile"). Resample r draws from stream r of the
// counter-based generator over the SORTED values, so a result depends on (values, seed, resamples)
// alone: not on sample order, threads or evaluation order. It speaks for that cluster only. Several
// clusters (processes, or placements: see clusters.hpp): samples inside one share its layout and
// are not independent, so the cluster is the unit: Student t with C - 1 degrees of freedom over the
// C per-cluster statistics (Kalibera, Jones: Rigorous benchmarking in reasonable time, ISMM 2013,
// reduced to one statistic per cluster). Every interval is widened, where needed, to contain its
// point estimate. Bootstrap O(resamples n) time, O(resamples + n) memory; t O(n log n).
// Thread-safe: pure functions.
#pragma once

#include <cstdint>
#include <span>

namespace vmperf::stats {

inline constexpr std::int64_t kMaxResamples = 10'000'000;

struct Interval {
  double estimate, low, high;
};

struct Resampling {
  double confidence = 0.95;      ///< in (0, 1)
  std::int64_t resamples = 2000; ///< 1 .. kMaxResamples; only the bootstrap uses it
  std::uint64_t seed = 0;        ///< only the bootstrap uses it
};

/// Intervals of both statistics, from one set of resamples.
struct LocationIntervals {
  Interval median, mean;
};

/// Expanded percentile bootstrap, each sample an independent draw.
[[nodiscard]] LocationIntervals bootstrap(std::span<const double> values,
                                          const Resampling &resampling = {});

/// Student t interval of the mean of independent values; at least two.
[[nodiscard]] Interval t_interval(std::span<const double> values, double confidence = 0.95);

/// cluster[i] is the cluster that sample i comes from. The estimates are those of all samples
/// together; the intervals are the bootstrap's for one cluster, Student t over clusters for more.
[[nodiscard]] LocationIntervals location_intervals(std::span<const double> values,
                                                   std::span<const std::int64_t> cluster,
                                                   const Resampling &resampling = {});

} // namespace vmperf::stats
