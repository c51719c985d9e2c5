#include "vmperf/stats/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "checks.hpp"
#include "eigen_view.hpp"

namespace vmperf::stats {

std::vector<double> sorted_copy(std::span<const double> values, const char *argument) {
  std::vector<double> sorted(values.begin(), values.end());
  check_values(sorted, argument); // the copy: the caller's array may change meanwhile
  std::ranges::sort(sorted);
  return sorted;
}

double quantile_of_sorted(std::span<const double> sorted, double probability) noexcept {
  const double position = static_cast<double>(sorted.size() - 1) * probability;
  const double below = std::floor(position);
  const auto i = static_cast<std::size_t>(below);
  if (i + 1 >= sorted.size()) {
    return sorted.back();
  }
  // From the nearer end, so that the result is monotone and exact at both ends.
  const double share = position - below;
  const double step = sorted[i + 1] - sorted[i];
  return share < 0.5 ? sorted[i] + step * share : sorted[i + 1] - step * (1 - share);
}

double quantile(std::span<const double> values, double probability) {
  check_probability(probability, "probability");
  return quantile_of_sorted(sorted_copy(values), probability);
}

std::vector<double> quantiles(std::span<const double> values,
                              std::span<const double> probabilities) {
  for (const double probability : probabilities) {
    check_probability(probability, "probabilities");
  }
  const auto sorted = sorted_copy(values);
  std::vector<double> result(probabilities.size());
  std::ranges::transform(probabilities, result.begin(), [&](double probability) {
    return quantile_of_sorted(sorted, probability);
  });
  return result;
}

double median(std::span<const double> values) {
  return quantile_of_sorted(sorted_copy(values), 0.5);
}

double mad(std::span<const double> values) {
  auto work = sorted_copy(values);
  const double centre = quantile_of_sorted(work, 0.5);
  view(std::span(work)) = (view(std::span(work)) - centre).abs();
  std::ranges::sort(work);
  return quantile_of_sorted(work, 0.5);
}

} // namespace vmperf::stats
