// Ordinary least squares of batch time on iterations: the slope is time per op.
// Through the origin it is Criterion's headline figure (with linear sampling); with an intercept
// the constant cost of a batch separates from the cost of an op. Long samples weigh most and catch
// most preemption, so a slope describes a run and never decides a comparison. O(n): sums of values
// that are centred and scaled first, which for one unknown is as exact as a QR decomposition.
// Thread-safe: pure functions of their arguments. Source: Bjorck, Numerical Methods for Least
// Squares Problems (1996), 2.1.
#pragma once

#include <span>

namespace vmperf::stats {

struct OriginFit {
  double slope;
  /// 1 - residual / centred sum of squares of y: below 0 where a constant is better.
  double r_squared;
};

struct LinearFit {
  double intercept;
  double slope;
  double r_squared; ///< in [0, 1] up to rounding; 0 where y is constant
};

/// y = slope x. At least one x must differ from 0. r_squared is 0 where y is constant.
[[nodiscard]] OriginFit fit_through_origin(std::span<const double> x, std::span<const double> y);

/// y = intercept + slope x. x must have at least two distinct values.
[[nodiscard]] LinearFit fit_line(std::span<const double> x, std::span<const double> y);

} // namespace vmperf::stats
