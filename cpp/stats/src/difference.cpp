#include "difference.hpp"

#include <cmath>

#include "vmperf/stats/moments.hpp"

namespace vmperf::stats {
namespace {

double variance(std::span<const double> values) {
  return values.size() < 2 ? 0 : std::pow(std_dev(values), 2);
}

} // namespace

DifferenceError welch_error(std::span<const double> a, std::span<const double> b) {
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const double share_a = variance(a) / n_a;
  const double share_b = variance(b) / n_b;
  const double sum = share_a + share_b;
  if (sum == 0) {
    return {.standard_error = 0, .dof = 1};
  }
  // Of the shares relative to their sum: their squares would underflow.
  const double p = share_a / sum;
  const double q = share_b / sum;
  return {.standard_error = std::sqrt(sum), .dof = 1 / (p * p / (n_a - 1) + q * q / (n_b - 1))};
}

DifferenceError pooled_error(std::span<const double> a, std::span<const double> b) {
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const double dof = n_a + n_b - 2;
  const double shared = (variance(a) * (n_a - 1) + variance(b) * (n_b - 1)) / dof;
  return {.standard_error = std::sqrt(shared * (1 / n_a + 1 / n_b)), .dof = dof};
}

} // namespace vmperf::stats
