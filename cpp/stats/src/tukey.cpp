#include "vmperf/stats/tukey.hpp"

#include <algorithm>

#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

constexpr double kMildIqr = 1.5;
constexpr double kSevereIqr = 3.0;

std::int8_t classify(double value, const TukeyFences &fences) {
  if (value < fences.low_mild) {
    return value < fences.low_severe ? -2 : -1;
  }
  if (value > fences.high_mild) {
    return value > fences.high_severe ? 2 : 1;
  }
  return 0;
}

} // namespace

TukeyFences tukey_fences(std::span<const double> values) {
  const auto sorted = sorted_copy(values);
  const double q1 = quantile_of_sorted(sorted, 0.25);
  const double q3 = quantile_of_sorted(sorted, 0.75);
  const double iqr = q3 - q1;
  return {
      .low_severe = q1 - kSevereIqr * iqr,
      .low_mild = q1 - kMildIqr * iqr,
      .high_mild = q3 + kMildIqr * iqr,
      .high_severe = q3 + kSevereIqr * iqr,
  };
}

std::vector<std::int8_t> tukey_classes(std::span<const double> values) {
  const auto fences = tukey_fences(values);
  std::vector<std::int8_t> classes(values.size());
  std::ranges::transform(values, classes.begin(),
                         [&](double value) { return classify(value, fences); });
  return classes;
}

OutlierCounts count_outliers(std::span<const double> values) {
  const auto classes = tukey_classes(values);
  const auto count = [&](std::int8_t wanted) {
    return static_cast<std::size_t>(std::ranges::count(classes, wanted));
  };
  return {
      .low_severe = count(-2),
      .low_mild = count(-1),
      .high_mild = count(1),
      .high_severe = count(2),
  };
}

} // namespace vmperf::stats
