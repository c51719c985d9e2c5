// Student's t distribution: its cumulative probability and its quantile.
// The cdf is the regularised incomplete beta function by Lentz's continued fraction (DLMF 8.17.22;
// Numerical Recipes, 3rd ed., 6.4); the quantile is its safeguarded Newton inverse on the logarithm
// of the beta variable, so that both tails keep full relative precision.
// O(sqrt(dof)) per evaluation. Relative error of the quantile below 1e-12 up to 1e4 degrees of
// freedom, 1e-11 up to kMaxDof. Thread-safe.
#pragma once

namespace vmperf::stats {

inline constexpr double kMaxDof = 1e6;

/// P(T <= t) for degrees of freedom in [1, kMaxDof].
[[nodiscard]] double student_t_cdf(double t, double dof);

/// The t with P(T <= t) = probability; probability in [1e-100, 1), dof in [1, kMaxDof].
[[nodiscard]] double student_t_quantile(double probability, double dof);

} // namespace vmperf::stats
