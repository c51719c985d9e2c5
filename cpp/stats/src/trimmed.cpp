#include "vmperf/stats/trimmed.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/quantile.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {

Location trimmed(std::span<const double> values, double trim) {
  check_trim(trim);
  check_values(values, "values", 2);
  auto sorted = sorted_copy(values);
  const std::size_t n = sorted.size();
  const auto cut = static_cast<std::size_t>(trim * static_cast<double>(n));
  if (n < 2 * cut + 2) {
    throw InvalidArgumentError("values", "of length " + std::to_string(n),
                               "a length that a trim of " + text(trim) + " leaves two values of");
  }
  const double centre = trimmed_mean_of_sorted(sorted, trim);
  std::fill_n(sorted.begin(), cut, sorted[cut]);
  std::fill_n(sorted.rbegin(), cut, sorted[n - 1 - cut]);
  // (n - 1) times the winsorised variance.
  const double squares = std::pow(std_dev(sorted), 2) * static_cast<double>(n - 1);
  const auto kept = static_cast<double>(n - 2 * cut);
  return {.mean = centre, .std_error = std::sqrt(squares / (kept * (kept - 1))), .df = kept - 1};
}

Interval interval_of(const Location &location, double confidence, Side side) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  check_confidence(confidence);
  const double tail = side == Side::two ? (1 - confidence) / 2 : 1 - confidence;
  const double df = std::clamp(location.df, 1.0, kMaxDof);
  const double reach = -student_t_quantile(tail, df) * location.std_error;
  return {.estimate = location.mean,
          .low = side == Side::upper ? -kInfinite : location.mean - reach,
          .high = side == Side::lower ? kInfinite : location.mean + reach};
}

Interval trimmed_interval(std::span<const double> values, double confidence, double trim,
                          Side side) {
  return interval_of(trimmed(values, trim), confidence, side);
}

OneSided test_of(const Location &location, double shift) {
  if (!within(shift, -kMaxMagnitude, kMaxMagnitude)) {
    throw InvalidArgumentError("shift", text(shift), "a finite value of magnitude up to 1e150");
  }
  const double distance = location.mean - shift;
  if (location.std_error == 0) {
    return {.above = distance > 0 ? 0.0 : 1.0, .below = distance < 0 ? 0.0 : 1.0};
  }
  const double t = distance / location.std_error;
  const double df = std::clamp(location.df, 1.0, kMaxDof);
  return {.above = student_t_cdf(-t, df), .below = student_t_cdf(t, df)};
}

OneSided trimmed_test(std::span<const double> values, double shift, double trim) {
  return test_of(trimmed(values, trim), shift);
}

} // namespace vmperf::stats
