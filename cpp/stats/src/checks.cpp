#include "checks.hpp"

#include <array>
#include <charconv>
#include <cmath>
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
    const std::string given = count == 0   ? std::string("empty")
                              : count == 1 ? std::string("an array of 1 value")
                                           : "an array of " + std::to_string(count) + " values";
    throw InvalidArgumentError(
        argument, given, "at least " + std::to_string(least) + (least == 1 ? " value" : " values"));
  }
}

} // namespace

std::string text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

void check_values(std::span<const double> values, const char *argument, std::size_t least) {
  check_count(values.size(), argument, least);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(std::abs(values[i]) <= kMaxMagnitude)) { // also where it is NaN
      refuse(argument, i, values[i], "finite values of magnitude up to 1e150");
    }
  }
}

void check_positive(std::span<const double> values, const char *argument) {
  check_count(values.size(), argument, 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 1 / kMaxMagnitude && values[i] <= kMaxMagnitude)) {
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
  if (!(probability >= 0 && probability <= 1)) {
    throw InvalidArgumentError(argument, text(probability), "0 to 1");
  }
}

void check_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw InvalidArgumentError("confidence", text(confidence), "between 0 and 1, both excluded");
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
