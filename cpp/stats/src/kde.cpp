#include "vmperf/stats/kde.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

constexpr double kMarginBandwidths = 3;
constexpr double kNormalIqr = 1.34; // of a unit Gaussian, as Silverman rounds it
constexpr double kConstantShare = 1e-3;
constexpr double kMaxEnd = 4 * kMaxMagnitude; // the widest default grid stays inside

double constant_bandwidth(double value) {
  return value == 0 ? 1 : std::max(std::abs(value) * kConstantShare, 1 / kMaxMagnitude);
}

struct Grid {
  double low, high, bandwidth;
};

Grid resolve(std::span<const double> values, const KdeRange &range) {
  const double bandwidth = range.bandwidth ? *range.bandwidth : kde_bandwidth(values);
  if (!within(bandwidth, 1 / kMaxMagnitude, kMaxMagnitude)) {
    throw InvalidArgumentError("bandwidth", text(bandwidth), "positive, 1e-150 to 1e150");
  }
  const double margin = kMarginBandwidths * bandwidth;
  const double low = range.low ? *range.low : minimum(values) - margin;
  const double high = range.high ? *range.high : maximum(values) + margin;
  if (!within(low, -kMaxEnd, kMaxEnd)) {
    throw InvalidArgumentError("low", text(low), "a finite value below high");
  }
  const bool above = high > low && high <= kMaxEnd; // false for NaN
  if (!above) {
    throw InvalidArgumentError("high", text(high), "a finite value above low, " + text(low));
  }
  return {.low = low, .high = high, .bandwidth = bandwidth};
}

} // namespace

double kde_bandwidth(std::span<const double> values) {
  const auto sorted = sorted_copy(values);
  if (sorted.front() == sorted.back()) {
    return constant_bandwidth(sorted.front());
  }
  const double iqr = quantile_of_sorted(sorted, 0.75) - quantile_of_sorted(sorted, 0.25);
  const double deviation = std_dev(sorted);
  const double spread = iqr > 0 ? std::min(deviation, iqr / kNormalIqr) : deviation;
  const double width = 0.9 * spread * std::pow(static_cast<double>(sorted.size()), -0.2);
  return std::max(width, 1 / kMaxMagnitude);
}

Density kde(std::span<const double> values, std::int64_t n_points, const KdeRange &range) {
  check_values(values, "values");
  if (n_points < 2 || n_points > kMaxKdePoints) {
    throw InvalidArgumentError("n_points", std::to_string(n_points),
                               "2 to " + std::to_string(kMaxKdePoints));
  }
  const auto grid = resolve(values, range);
  const auto size = static_cast<std::size_t>(n_points);
  Density result{.x = std::vector<double>(size), .density = std::vector<double>(size)};
  view(std::span(result.x)) =
      Eigen::ArrayXd::LinSpaced(static_cast<Eigen::Index>(n_points), grid.low, grid.high);
  const double scale =
      grid.bandwidth * static_cast<double>(values.size()) * std::sqrt(2 * std::numbers::pi);
  std::ranges::transform(result.x, result.density.begin(), [&](double x) {
    return (-0.5 * ((view(values) - x) / grid.bandwidth).square()).exp().sum() / scale;
  });
  return result;
}

} // namespace vmperf::stats
