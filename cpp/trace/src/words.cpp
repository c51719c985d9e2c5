#include "vmperf/trace/words.hpp"

#include <array>

#include "vmperf/base/error.hpp"

namespace vmperf::trace {
namespace {

constexpr std::array<const char *, 4> kLifetimes = {"fixed", "exponential", "bimodal", "stack"};

} // namespace

Lifetimes to_lifetimes(std::string_view word) {
  for (std::size_t i = 0; i < kLifetimes.size(); ++i) {
    if (word == kLifetimes[i]) {
      return static_cast<Lifetimes>(i);
    }
  }
  throw InvalidArgumentError("lifetimes", "'" + std::string(word) + "'",
                             "fixed, exponential, bimodal, stack");
}

const char *word_of(Lifetimes lifetimes) noexcept {
  return kLifetimes[static_cast<std::size_t>(lifetimes)];
}

} // namespace vmperf::trace
