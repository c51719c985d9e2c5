// Standard error of the difference of two means and its degrees of freedom: Welch's, each sample
// with its own variance, and pooled. O(n). Thread-safe. Private to this component.
#pragma once

#include <span>

namespace vmperf::stats {

struct DifferenceError {
  double standard_error, dof;
};

/// Each of at least two values (Welch, Biometrika 34, 1947).
[[nodiscard]] DifferenceError welch_error(std::span<const double> a, std::span<const double> b);

/// Three values or more in both together: one variance stands for both.
[[nodiscard]] DifferenceError pooled_error(std::span<const double> a, std::span<const double> b);

} // namespace vmperf::stats
