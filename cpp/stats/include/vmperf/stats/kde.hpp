// Gaussian kernel density estimate for charts of a distribution.
// The bandwidth is Silverman's rule of thumb in its robust form, 0.9 min(s, IQR / 1.34) n^(-1/5)
// (Silverman: Density Estimation, 1986, eq. 3.31; R's bw.nrd0): the plain form, with s alone, lets
// one preempted sample smear the whole curve.
// O(n n_points) time, O(n + n_points) memory. Thread-safe: pure functions of their arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vmperf::stats {

inline constexpr std::int64_t kMaxKdePoints = 1'000'000;

struct Density {
  std::vector<double> x;       ///< equally spaced, ascending
  std::vector<double> density; ///< per unit of x, >= 0
};

struct KdeRange {
  std::optional<double> low, high; ///< default: 3 bandwidths beyond the least and greatest value
  std::optional<double> bandwidth; ///< default: kde_bandwidth(values)
};

/// Where the quartiles coincide the deviation alone counts; where all values are equal it is a
/// thousandth of their magnitude (1 for zeros), so that a chart still shows where they are.
[[nodiscard]] double kde_bandwidth(std::span<const double> values);

[[nodiscard]] Density kde(std::span<const double> values, std::int64_t n_points,
                          const KdeRange &range = {});

} // namespace vmperf::stats
