#include "vmperf/stats/regression.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

void check_pairs(std::span<const double> x, std::span<const double> y, std::size_t least) {
  check_values(x, "x", least);
  check_values(y, "y", least);
  check_equal_length(y.size(), "y", x.size(), "x");
}

double r_squared(double residual, double total) {
  return total > 0 ? 1 - residual / total : 0;
}

bool is_constant(const Eigen::Map<const Eigen::ArrayXd> &x) {
  return x.minCoeff() == x.maxCoeff();
}

// Sum of squares about the mean; exactly 0 for a constant, which rounding of the mean would spoil.
double total_squares(const Eigen::Map<const Eigen::ArrayXd> &y) {
  return is_constant(y) ? 0 : (y - y.mean()).square().sum();
}

} // namespace

OriginFit fit_through_origin(std::span<const double> x, std::span<const double> y) {
  check_pairs(x, y, 1);
  const auto xs = view(x);
  const auto ys = view(y);
  if ((xs == 0).all()) {
    throw InvalidArgumentError("x", "0 everywhere", "at least one value other than 0");
  }
  const double scale = xs.abs().maxCoeff(); // no square of x overflows or vanishes
  const Eigen::ArrayXd unit = xs / scale;
  const double slope = (unit * ys).sum() / unit.square().sum() / scale;
  const double residual = (ys - slope * xs).square().sum();
  return {.slope = slope, .r_squared = r_squared(residual, total_squares(ys))};
}

LinearFit fit_line(std::span<const double> x, std::span<const double> y) {
  check_pairs(x, y, 2);
  const auto xs = view(x);
  const auto ys = view(y);
  if (is_constant(xs)) {
    throw InvalidArgumentError("x", text(x.front()) + " everywhere",
                               "at least two distinct values");
  }
  // Centred values keep the fit exact where x or y is large and varies little.
  const double x_centre = xs.mean();
  const double y_centre = ys.mean();
  const double scale = std::max(xs.maxCoeff() - x_centre, x_centre - xs.minCoeff());
  Eigen::ArrayXd unit = (xs - x_centre) / scale;
  Eigen::ArrayXd target = ys - y_centre;
  const double x_rest = unit.mean(); // what rounding left of the means
  const double y_rest = target.mean();
  unit -= x_rest;
  target -= y_rest;
  const double steps = (unit * target).sum() / unit.square().sum();
  const double slope = steps / scale;
  const double residual = (target - steps * unit).square().sum();
  return {
      .intercept = y_centre + y_rest - steps * x_rest - slope * x_centre,
      .slope = slope,
      .r_squared = r_squared(residual, total_squares(ys)),
  };
}

} // namespace vmperf::stats
