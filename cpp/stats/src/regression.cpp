#include "vmperf/stats/regression.hpp"

#include <Eigen/QR>

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

// Least squares of y on the columns of a design matrix.
Eigen::VectorXd solve(const Eigen::MatrixXd &design, const Eigen::ArrayXd &y) {
  return design.householderQr().solve(y.matrix());
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
  const Eigen::VectorXd slope = solve(xs.matrix(), ys);
  const double residual = (ys - slope[0] * xs).square().sum();
  return {.slope = slope[0], .r_squared = r_squared(residual, total_squares(ys))};
}

LinearFit fit_line(std::span<const double> x, std::span<const double> y) {
  check_pairs(x, y, 2);
  const auto xs = view(x);
  const auto ys = view(y);
  if (is_constant(xs)) {
    throw InvalidArgumentError("x", text(x.front()) + " everywhere",
                               "at least two distinct values");
  }
  // Centred columns keep the fit exact where x or y is large and varies little.
  const double x_centre = xs.mean();
  const double y_centre = ys.mean();
  Eigen::MatrixXd design(xs.size(), 2);
  design.col(0).setOnes();
  design.col(1) = xs - x_centre;
  const Eigen::ArrayXd target = ys - y_centre;
  const Eigen::VectorXd fit = solve(design, target);
  const double residual = (target.matrix() - design * fit).squaredNorm();
  return {
      .intercept = y_centre + fit[0] - fit[1] * x_centre,
      .slope = fit[1],
      .r_squared = r_squared(residual, total_squares(ys)),
  };
}

} // namespace vmperf::stats
