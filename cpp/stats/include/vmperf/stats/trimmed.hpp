// The trimmed mean with its standard error, interval and one-sided tests: what a comparison reads.
//
// Yuen (Biometrika 61, 1974): drop the g = floor(trim n) lowest and as many highest values, average
// the h = n - 2 g that are left; the variance is that of the sample with the dropped values pulled
// in to the nearest kept one (winsorised), and the mean over its standard error follows Student's t
// with h - 1 degrees of freedom: standard error^2 = (n - 1) s_w^2 / (h (h - 1)). A few pairs hit by
// a neighbour then move neither the estimate nor its error, where the plain t test loses its power.
// Values must be independent: one per pair of processes. O(n log n). Thread-safe: pure functions.
#pragma once

#include <span>

#include "vmperf/stats/interval.hpp"
#include "vmperf/stats/moments.hpp"

namespace vmperf::stats {

/// Which way a bound or a test looks.
enum class Side : unsigned char { two, lower, upper };

struct Location {
  double mean, std_error, df;
};

/// One-sided p values of two opposite alternatives.
struct OneSided {
  double above, below;
};

/// Of at least two values that trimming leaves; trim in [0, 0.5).
[[nodiscard]] Location trimmed(std::span<const double> values, double trim = kDefaultTrim);

/// estimate +- t * std_error; a lower bound's high is infinite, an upper bound's low.
[[nodiscard]] Interval interval_of(const Location &location, double confidence, Side side);

[[nodiscard]] Interval trimmed_interval(std::span<const double> values, double confidence = 0.95,
                                        double trim = kDefaultTrim, Side side = Side::two);

/// How likely a mean this far above (below) `shift` is if the true one is at it. Without any spread
/// the p value is 0 on the side where the mean lies and 1 on the other, 1 on both at the shift.
[[nodiscard]] OneSided test_of(const Location &location, double shift);

[[nodiscard]] OneSided trimmed_test(std::span<const double> values, double shift = 0,
                                    double trim = kDefaultTrim);

} // namespace vmperf::stats
