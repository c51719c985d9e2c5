#include "vmperf/stats/moments.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {

double minimum(std::span<const double> values) {
  check_values(values, "values");
  return view(values).minCoeff();
}

double maximum(std::span<const double> values) {
  check_values(values, "values");
  return view(values).maxCoeff();
}

double mean(std::span<const double> values) {
  check_values(values, "values");
  // Rounding of the sum must not push the mean of equal values out of their range.
  return std::clamp(view(values).mean(), view(values).minCoeff(), view(values).maxCoeff());
}

double std_dev(std::span<const double> values) {
  check_values(values, "values", 2);
  const double squares = (view(values) - mean(values)).square().sum();
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double trimmed_mean_of_sorted(std::span<const double> sorted, double trim) noexcept {
  const auto wanted = static_cast<std::size_t>(trim * static_cast<double>(sorted.size()));
  const std::size_t cut = std::min(wanted, (sorted.size() - 1) / 2);
  const auto kept = sorted.subspan(cut, sorted.size() - 2 * cut);
  return std::clamp(view(kept).mean(), kept.front(), kept.back());
}

double trimmed_mean(std::span<const double> values, double trim) {
  check_trim(trim);
  return trimmed_mean_of_sorted(sorted_copy(values), trim);
}

} // namespace vmperf::stats
