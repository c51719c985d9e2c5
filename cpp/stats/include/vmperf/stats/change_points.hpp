// Where the level of a history changes: E-divisive (Matteson, James: A nonparametric approach for
// multiple change point analysis of multivariate data, JASA 109, 2014), on logarithms of times or
// ratios.
//
// The energy distance of two pieces is twice the mean distance between them less the mean
// distances inside each; with m and n values, m n / (m + n) of it grows where the pieces come from
// different distributions. In each segment the best split of [begin, end') over all ends is found;
// the largest over all segments is tested by shuffling values inside their segments. If significant
// the segment is split there, and again, until nothing is. The false change rate of a whole series
// without any change is that of the first test: `significance`. Points in time must be exchangeable
// where nothing changes: drift or alternation is found as changes.
// O(n^2) per segment and shuffle with running sums, O(n) memory. Thread-safe: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

struct ChangePoint {
  std::size_t index; ///< the first value after the change
  double p;          ///< of the test that found it
  double ratio;      ///< typical value after to before, between neighbouring changes
};

struct ChangeSearch {
  double significance = 0.005;     ///< in (0, 1)
  std::int64_t permutations = 999; ///< 1 to 1000000; significance must be reachable with them
  std::int64_t min_segment = 5;    ///< 2 or more values in each piece
  std::uint64_t seed = 0;
};

inline constexpr std::size_t kMaxHistory = 10'000;

/// Of positive values, 1 to kMaxHistory of them, in order of time. Sorted by index.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> values,
                                                     const ChangeSearch &search = {});

} // namespace vmperf::stats
