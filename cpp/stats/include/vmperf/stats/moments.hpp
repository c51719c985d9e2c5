// Location and spread by sums: mean, standard deviation, trimmed mean, and the minimum.
// The mean and the deviation follow every preempted sample; the trimmed mean (Tukey, McLaughlin,
// Sankhya A 25, 1963) drops a share of each tail first and keeps most of the mean's precision.
// The minimum is the estimate of choice where noise can only add time (Chen, Revels: Robust
// benchmarking in noisy environments, 2016) and the op has one mode.
// O(n), trimmed_mean O(n log n). Thread-safe: pure functions of their arguments.
#pragma once

#include <span>

namespace vmperf::stats {

inline constexpr double kDefaultTrim = 0.2;

[[nodiscard]] double minimum(std::span<const double> values);
[[nodiscard]] double maximum(std::span<const double> values);
[[nodiscard]] double mean(std::span<const double> values);

/// Standard deviation with n - 1 in the denominator; at least two values.
[[nodiscard]] double std_dev(std::span<const double> values);

/// Mean without the floor(trim n) lowest and as many highest values; trim in [0, 0.5).
[[nodiscard]] double trimmed_mean(std::span<const double> values, double trim = kDefaultTrim);

/// As trimmed_mean, for values that are already sorted and not empty. No check.
[[nodiscard]] double trimmed_mean_of_sorted(std::span<const double> sorted, double trim) noexcept;

} // namespace vmperf::stats
