// The rules that other harnesses gate by, on the same samples, for honest comparison. They take
// samples of one run against those of another, as if samples were independent: on identical code
// they alarm in 13 to 39 % of comparisons of short runs. None of them decides anything here.
//
// Criterion.rs: the relative change of the mean is bootstrapped (both samples resampled, percentile
// interval), as is Welch's t under the pooled sample; a regression is p < 0.05 and an interval
// wholly above the noise threshold, 1 % (user guide, "Analysis process", and its
// analysis/compare.rs and report.rs, compare_to_threshold; an earlier version asked the same of the
// median too). pytest-benchmark: --benchmark-compare-fail=mean:5% fails where the statistic grew by
// more (its utils.py, PercentageRegressionCheck). O(resamples (n_a + n_b)). Thread-safe: pure
// functions.
#pragma once

#include <span>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

inline constexpr double kCriterionNoise = 0.01;
inline constexpr double kCriterionSignificance = 0.05;

struct CriterionVerdict {
  Interval change; ///< of the mean of b over that of a, less 1
  double p;        ///< two-sided, of the bootstrapped t
  bool alarm;
};

/// a: before, b: after; positive times, two or more each; noise_threshold 0 or more.
[[nodiscard]] CriterionVerdict rule_criterion(std::span<const double> a, std::span<const double> b,
                                              double noise_threshold = kCriterionNoise,
                                              const Resampling &resampling = {});

enum class Statistic : unsigned char { mean, median, minimum };

struct ThresholdVerdict {
  double change; ///< of the statistic of b over that of a, less 1
  bool alarm;
};

/// Alarms where the statistic of b is above that of a by more than the threshold, 0 or more.
[[nodiscard]] ThresholdVerdict rule_threshold(std::span<const double> a, std::span<const double> b,
                                              Statistic statistic, double threshold);

} // namespace vmperf::stats
