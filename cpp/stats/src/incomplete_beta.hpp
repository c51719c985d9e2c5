// The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22;
// Numerical Recipes, 3rd ed., 6.4): I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) times it. Fast for
// x < (a + 1) / (a + b + 2), O(sqrt(max(a, b))) there. Thread-safe. Private to this component.
#pragma once

namespace vmperf::stats {

[[nodiscard]] double beta_fraction(double x, double a, double b) noexcept;

} // namespace vmperf::stats
