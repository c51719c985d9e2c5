#include "checks.hpp"

#include <array>
#include <charconv>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

[[noreturn]] void refuse(const char *argument, std::size_t index, double value,
                         const char *allowed) {
  throw InvalidArgumentError(argument, text(value) + " at index " + std::to_string(index), allowed);
}

void check_count(std::size_t count, const char *argument, std::size_t least) {
  if (count < least) {
    throw InvalidArgumentError(argument,
                               count == 0 ? "empty" : "of length " + std::to_string(count),
                               "length " + std::to_string(least) + " or more");
  }
}

} // namespace

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.begin(), buffer.end(), value);
  return {buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())};
}

void check_values(std::span<const double> values, const char *argument, std::size_t least) {
  check_count(values.size(), argument, least);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!within(values[i], -kMaxMagnitude, kMaxMagnitude)) {
      refuse(argument, i, values[i], "finite values of magnitude up to 1e150");
    }
  }
}

void check_positive(std::span<const double> values, const char *argument) {
  check_count(values.size(), argument, 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!within(values[i], 1 / kMaxMagnitude, kMaxMagnitude)) {
      refuse(argument, i, values[i], "positive values, 1e-150 to 1e150");
    }
  }
}

void check_equal_length(std::size_t length, const char *argument, std::size_t expected,
                        const char *other) {
  if (length != expected) {
    throw InvalidArgumentError(argument, "of length " + std::to_string(length),
                               "length " + std::to_string(expected) + ", as " + other);
  }
}

void check_probability(double probability, const char *argument) {
  if (!within(probability, 0, 1)) {
    throw InvalidArgumentError(argument, text(probability), "0 to 1");
  }
}

void check_share(double share, const char *argument) {
  const bool inside = share > 0 && share < 1; // false for NaN
  if (!inside) {
    throw InvalidArgumentError(argument, text(share), "between 0 and 1, both excluded");
  }
}

void check_confidence(double confidence) {
  check_share(confidence, "confidence");
}

void check_trim(double trim) {
  const bool inside = trim >= 0 && trim < 0.5; // false for NaN
  if (!inside) {
    throw InvalidArgumentError("trim", text(trim), "0 to 0.5, 0.5 excluded");
  }
}

void check_resampling(const Resampling &resampling) {
  check_confidence(resampling.confidence);
  if (resampling.resamples < 1 || resampling.resamples > kMaxResamples) {
    throw InvalidArgumentError("resamples", std::to_string(resampling.resamples),
                               "1 to " + std::to_string(kMaxResamples));
  }
}

} // namespace vmperf::stats
