// The unit Gaussian: density, upper tail and its inverse, with full relative precision in the tail.
// The inverse starts from Abramowitz and Stegun 26.2.23 and is polished by Halley's method on
// erfc. O(1). Thread-safe. Private to this component.
#pragma once

#include <cmath>
#include <numbers>

namespace vmperf::stats {

inline double normal_density(double z) noexcept {
  return std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

/// P(Z > z).
inline double normal_tail(double z) noexcept {
  return std::erfc(z / std::numbers::sqrt2) / 2;
}

/// The z with P(Z > z) = tail, for a tail in (0, 1) of at least 1e-300.
[[nodiscard]] double normal_tail_inverse(double tail) noexcept;

} // namespace vmperf::stats
