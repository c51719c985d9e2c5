// Wilcoxon's signed-rank test: does a sample lie above or below a shift?
//
// Under the null hypothesis that values are symmetric about the shift, each sign is as likely as
// the other, whatever the distribution is: two modes, outliers, ties. Signs are flipped over the
// ranks of the magnitudes as they are, ties sharing their mean, so the p value is exact and can
// never be below 2^-n; a t test of three values that happen to agree can. Values equal to the
// shift keep their rank and count for neither side (Pratt, JASA 54, 1959).
// O(n^3) time and O(n^2) memory up to kMaxExactSigns values, then Gaussian, O(n log n).
// Thread-safe: a pure function. Wilcoxon, Biometrics Bulletin 1, 1945.
#pragma once

#include <cstddef>
#include <span>

namespace vmperf::stats {

inline constexpr std::size_t kMaxExactSigns = 100;

/// Probabilities of ranks as extreme as these where values are symmetric about the shift.
struct SignedRank {
  double above; ///< that the values lie above it by chance
  double below;
};

[[nodiscard]] SignedRank signed_rank(std::span<const double> values, double shift = 0);

} // namespace vmperf::stats
