// Steps that the intervals of interval.cpp and ratio.cpp share. Private to this component.
#pragma once

#include <cstddef>
#include <span>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

/// An interval never excludes its own point estimate: widened where it would.
[[nodiscard]] Interval containing(double estimate, double low, double high) noexcept;

/// The expanded percentile interval (see interval.hpp) from resampled statistics, which are sorted
/// in place, of a sample of n values.
[[nodiscard]] Interval percentile_interval(double estimate, std::span<double> resampled,
                                           std::size_t n, double confidence);

/// The t quantile that leaves (1 - confidence) / 2 above; dof is brought into [1, kMaxDof], beyond
/// which t does not change in the first six digits.
[[nodiscard]] double two_sided_t(double confidence, double dof);

} // namespace vmperf::stats
