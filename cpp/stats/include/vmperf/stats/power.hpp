// How large a difference must be to be seen, and how many pairs it takes: the honest companion of
// "unchanged". With the standard error taken as the true one, the test statistic of a true effect d
// follows the noncentral t distribution with noncentrality d / std_error; the smallest effect seen
// with a power is where P(T > t_(1 - alpha)) reaches it. (The usual sum of two quantiles is too
// small for few degrees of freedom: by 11 % at 3, alpha 1 %, power 95 %.) P is the integral of
// Phi(d - t s) over the density of s = sqrt(chi^2 / df), by adaptive Simpson in log s.
// About a millisecond each. Thread-safe: pure functions.
#pragma once

#include <cstdint>

#include "vmperf/stats/moments.hpp"

namespace vmperf::stats {

inline constexpr double kDefaultPower = 0.95;
inline constexpr std::int64_t kMaxPairs = 1'000'000;

/// P(T > t) for the noncentral t distribution; |noncentrality| up to 1e6, df in [1, kMaxDof].
[[nodiscard]] double noncentral_t_tail(double t, double df, double noncentrality);

/// The smallest true effect that a one-sided test of level alpha sees with `power`; in the unit of
/// std_error, which is 0 or more. 1e-6 <= alpha < power < 1.
[[nodiscard]] double detectable(double std_error, double df, double alpha,
                                double power = kDefaultPower);

/// The fewest values whose trimmed mean shows `effect` (> 0): std is that of one value as the
/// trimmed mean sees it, std_error * sqrt(n) of a pilot. Above kMaxPairs: InvalidArgumentError.
[[nodiscard]] std::int64_t required_pairs(double std, double effect, double alpha,
                                          double power = kDefaultPower, double trim = kDefaultTrim);

} // namespace vmperf::stats
