// A quantile over several units (placements, or processes: see clusters.hpp), each of which has an
// offset of its own: the value is that of all merged, the interval Student t over the units' own
// quantiles, so that it speaks for a typical unit. Each is taken at the middle of its bucket, as
// the upper ends would move all of them to one side; the interval holds the merged quantile's
// bucket. O(units x buckets in use). Thread-safe: a pure function.
#pragma once

#include <span>

#include "vmperf/stats/histogram.hpp"

namespace vmperf::stats {

/// Of a single unit its quantile_interval(). Units have records and as many digits each, else
/// InvalidArgumentError.
[[nodiscard]] QuantileInterval unit_quantile_interval(std::span<const Histogram *const> units,
                                                      double q, double confidence = 0.95);

} // namespace vmperf::stats
