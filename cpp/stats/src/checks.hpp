// Argument checks shared by all statistics: each throws InvalidArgumentError that names the
// argument, its value and what is allowed. O(n) over arrays. Thread-safe.
// Magnitudes stop at 1e150 so that no square or sum of squares overflows: what passes the checks
// gives a finite result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "vmperf/stats/interval.hpp"

namespace vmperf::stats {

inline constexpr double kMaxMagnitude = 1e150;

/// low <= value <= high; false for NaN.
constexpr bool within(double value, double low, double high) noexcept {
  return value >= low && value <= high;
}

/// The shortest text that reads back as the value.
[[nodiscard]] std::string text(double value);

/// At least `least` values, all finite, none beyond kMaxMagnitude.
void check_values(std::span<const double> values, const char *argument, std::size_t least = 1);

/// As check_values, and all from 1 / kMaxMagnitude up: a ratio can divide by them.
void check_positive(std::span<const double> values, const char *argument);

void check_equal_length(std::size_t length, const char *argument, std::size_t expected,
                        const char *other);

void check_probability(double probability, const char *argument);
void check_resampling(const Resampling &resampling);
void check_confidence(double confidence);
void check_trim(double trim);

/// A share that is neither none nor all: a level, a power.
void check_share(double share, const char *argument);

} // namespace vmperf::stats
