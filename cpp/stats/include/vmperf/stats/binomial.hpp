// Bounds of a probability from k events in n trials: "so many false alarms in so many comparisons"
// as a rate with its upper bound.
// Clopper, Pearson (Biometrika 26, 1934): exact, at least the confidence asked for. The binomial
// tail is the incomplete beta function by its continued fraction (DLMF 8.17.22) times the binomial
// probability in Loader's saddle-point form (Fast and accurate computation of binomial
// probabilities, 2000), which loses no digits for large n.
// O(sqrt(n)) per evaluation, some 60 of them. Thread-safe: pure functions.
#pragma once

#include <cstdint>

#include "vmperf/stats/trimmed.hpp"

namespace vmperf::stats {

inline constexpr std::int64_t kMaxTrials = 1'000'000'000;

/// estimate k / n with its bounds; 0 <= k <= n, 1 <= n <= kMaxTrials. A lower bound's high is 1, an
/// upper bound's low is 0.
[[nodiscard]] Interval binomial_bound(std::int64_t k, std::int64_t n, double confidence, Side side);

} // namespace vmperf::stats
