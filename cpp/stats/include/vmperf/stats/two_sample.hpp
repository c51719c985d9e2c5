// Two samples that share no rounds, and the Hodges-Lehmann estimates.
//
// Mann-Whitney's U (Annals of Mathematical Statistics 18, 1947) asks whether values of a tend to be
// larger; exact for small samples without ties, else Gaussian with the corrections for ties and
// continuity. Welch's t (Biometrika 34, 1947) compares means. Hodges and Lehmann (Annals of
// Mathematical Statistics 34, 1963): the median of all pairwise averages, or differences, the
// estimate that belongs to the rank tests. All take values as INDEPENDENT: samples of one process
// are not, and on those these tests alarm on identical code; give them one value per process.
// U O(n log n), exact O(n_a^2 n_b^2); Hodges-Lehmann O(n_a n_b) time and memory.
// Thread-safe: pure functions.
#pragma once

#include <cstddef>
#include <span>

namespace vmperf::stats {

/// What a test looks for: any difference, a above b, a below b.
enum class Alternative : unsigned char { two, greater, less };

struct RankTest {
  double u, p; ///< u: how many pairs (a_i, b_j) have a_i > b_j, ties count one half
  bool exact;
};

struct MeanTest {
  double difference, t, df, p;
};

inline constexpr std::size_t kMaxExact = 8;                             ///< the smaller sample
inline constexpr std::size_t kMaxExactOther = 1000;                     ///< the larger one
inline constexpr std::size_t kMaxHodgesLehmann = std::size_t{1} << 24U; ///< averages, differences

[[nodiscard]] RankTest mann_whitney(std::span<const double> a, std::span<const double> b,
                                    Alternative side = Alternative::two);

/// At least two values each. Without any spread p is 0 or 1, as the means say.
[[nodiscard]] MeanTest welch(std::span<const double> a, std::span<const double> b,
                             Alternative side = Alternative::two);

/// The median of (x_i + x_j) / 2 over all i <= j.
[[nodiscard]] double hodges_lehmann(std::span<const double> values);

/// The median of all a_i - b_j.
[[nodiscard]] double hodges_lehmann_shift(std::span<const double> a, std::span<const double> b);

} // namespace vmperf::stats
