// Tukey's outlier classes: beyond 1.5 interquartile ranges outside the quartiles a value is a mild
// outlier, beyond 3 a severe one (Tukey: Exploratory Data Analysis, 1977, 2C). A class labels a
// sample, nothing is dropped: an outlier may be the effect.
//
//   low_severe | low_mild | inside, fences included | high_mild | high_severe
//          q1-3 iqr   q1-1.5 iqr              q3+1.5 iqr   q3+3 iqr
//
// O(n log n). Thread-safe: pure functions of their arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

struct TukeyFences {
  double low_severe, low_mild, high_mild, high_severe;
};

struct OutlierCounts {
  std::size_t low_severe = 0, low_mild = 0, high_mild = 0, high_severe = 0;
};

[[nodiscard]] TukeyFences tukey_fences(std::span<const double> values);

/// Per value: -2 low severe, -1 low mild, 0 inside, 1 high mild, 2 high severe.
[[nodiscard]] std::vector<std::int8_t> tukey_classes(std::span<const double> values);

[[nodiscard]] OutlierCounts count_outliers(std::span<const double> values);

} // namespace vmperf::stats
