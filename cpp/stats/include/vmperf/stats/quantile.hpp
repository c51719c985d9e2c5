// Order statistics: quantiles, median, median absolute deviation.
// Quantiles are of type 7 (Hyndman, Fan: Sample Quantiles in Statistical Packages, The American
// Statistician 50, 1996), the default of NumPy and R: linear between the order statistics around
// position (n - 1) p. Everything here survives a minority of wild samples, which is why timings are
// summarised by it.
// O(n log n) time, O(n) memory for a sorted copy. Thread-safe: pure functions of their arguments.
#pragma once

#include <span>
#include <vector>

namespace vmperf::stats {

/// A sorted copy; InvalidArgumentError names `argument` where it is empty or not finite.
[[nodiscard]] std::vector<double> sorted_copy(std::span<const double> values,
                                              const char *argument = "values");

/// Quantile of values that are already sorted and not empty; probability in [0, 1]. O(1), no check.
[[nodiscard]] double quantile_of_sorted(std::span<const double> sorted,
                                        double probability) noexcept;

/// The value below which a share `probability` in [0, 1] of the sample lies.
[[nodiscard]] double quantile(std::span<const double> values, double probability);

/// Several quantiles from one sort, in the order of `probabilities`.
[[nodiscard]] std::vector<double> quantiles(std::span<const double> values,
                                            std::span<const double> probabilities);

/// The middle value, or the mean of the middle two.
[[nodiscard]] double median(std::span<const double> values);

/// Median of |value - median|, not scaled: times 1.4826 it estimates a Gaussian's deviation.
[[nodiscard]] double mad(std::span<const double> values);

} // namespace vmperf::stats
