// Eigen's view of a span: no copy, and the only place where the two types meet. O(1). The view
// lives no longer than what the span shows.
#pragma once

#include <Eigen/Core>

#include <span>

namespace vmperf::stats {

inline Eigen::Map<const Eigen::ArrayXd> view(std::span<const double> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

inline Eigen::Map<Eigen::ArrayXd> view(std::span<double> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

} // namespace vmperf::stats
