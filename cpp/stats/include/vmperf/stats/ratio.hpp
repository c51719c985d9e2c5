// Ratios of times with an interval: how much slower a is than b.
// Paired: a[i] and b[i] come from the same round, so what disturbs the round cancels; this is the
// statistic of every comparison. Unpaired: two sample sets that share nothing.
// One cluster (in both sets): medians and the percentile bootstrap; it speaks for that cluster
// only. Several: the logarithm of each cluster's median is one observation; the estimate is the
// geometric mean, the interval Student t on the logarithms, unpaired that of Welch (Biometrika 34,
// 1947). If one of two unpaired sets has a single cluster, the other's variance is taken for both
// (pooled t). Bootstrap O(resamples n), t O(n log n). Thread-safe: pure functions of their
// arguments.
#pragma once

#include <cstdint>
#include <span>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

/// Of a[i] / b[i], both positive; cluster[i] is the cluster of round i.
[[nodiscard]] Interval paired_ratio(std::span<const double> a, std::span<const double> b,
                                    std::span<const std::int64_t> cluster,
                                    const Resampling &resampling = {});

/// The geometric mean over points (sizes, mixes, ...) of paired ratios. An observation is a
/// cluster: the mean over points of the logarithm of its median ratio. Two clusters at least, each
/// with rounds at every point, else InvalidArgumentError.
[[nodiscard]] Interval paired_geomean(std::span<const double> a, std::span<const double> b,
                                      std::span<const std::int64_t> cluster,
                                      std::span<const std::int64_t> point,
                                      double confidence = 0.95);

/// Samples of one design with their clusters.
struct SampleSet {
  std::span<const double> values;
  std::span<const std::int64_t> cluster;
};

/// Of the typical time of a to that of b, all positive.
[[nodiscard]] Interval ratio(const SampleSet &a, const SampleSet &b,
                             const Resampling &resampling = {});

} // namespace vmperf::stats
