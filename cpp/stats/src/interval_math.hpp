// Steps that the intervals of interval.cpp and ratio.cpp share. Private to this component.
#pragma once

#include <span>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

/// An interval never excludes its own point estimate: widened where it would.
[[nodiscard]] Interval containing(double estimate, double low, double high) noexcept;

/// The central share `confidence` of resampled statistics, which are sorted in place.
[[nodiscard]] Interval percentile_interval(double estimate, std::span<double> resampled,
                                           double confidence);

/// The t quantile that leaves (1 - confidence) / 2 above; dof is brought into [1, kMaxDof], beyond
/// which t does not change in the first six digits.
[[nodiscard]] double two_sided_t(double confidence, double dof);

} // namespace vmperf::stats
