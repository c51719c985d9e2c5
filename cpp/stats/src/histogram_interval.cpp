// Intervals of a quantile by order statistics: with B records at or below the true quantile, which
// is binomial, X_(l) <= quantile <= X_(u) where l <= B < u (David, Nagaraja: Order Statistics,
// 2003, section 7.1). Each tail gets half of 1 - confidence.
#include <cmath>
#include <limits>

#include "binomial_tails.hpp"
#include "checks.hpp"
#include "normal.hpp"
#include "vmperf/stats/binomial.hpp"
#include "vmperf/stats/histogram.hpp"

namespace vmperf::stats {
namespace {

struct Ranks {
  std::uint64_t low, high; // low 0: none; high count + 1: none
};

// The least k in [1, n + 1] from which on `holds` is true. O(log n) calls.
template <class Holds> std::uint64_t first_that(std::uint64_t n, Holds holds) {
  std::uint64_t low = 1;
  std::uint64_t high = n + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (holds(static_cast<double>(middle))) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Ranks exact(std::uint64_t count, double q, double tail) {
  const auto n = static_cast<double>(count);
  return {
      .low = first_that(count, [&](double k) { return binomial_tails(k, n, q).below > tail; }) - 1,
      .high = first_that(count, [&](double k) { return binomial_tails(k, n, q).at_least <= tail; }),
  };
}

// Of so many records that the Gaussian is exact to all digits that matter.
Ranks gaussian(std::uint64_t count, double q, double tail) {
  const auto n = static_cast<double>(count);
  const double reach = normal_tail_inverse(tail) * std::sqrt(n * q * (1 - q)) + 1;
  const double low = std::max(std::floor(n * q - reach), 0.0);
  const double high = std::ceil(n * q + reach);
  return {.low = static_cast<std::uint64_t>(low),
          .high = high >= n ? count + 1 : static_cast<std::uint64_t>(high)};
}

} // namespace

QuantileInterval Histogram::quantile_interval(double q, double confidence) const {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  check_confidence(confidence);
  QuantileInterval found{.quantile = quantile(q), .low = 0, .high = kInfinite};
  const double tail = (1 - confidence) / 2;
  Ranks ranks{.low = q < 1 ? 0 : count_, .high = q > 0 ? count_ + 1 : 1};
  if (q > 0 && q < 1) {
    ranks = count_ > std::uint64_t{kMaxTrials} ? gaussian(count_, q, tail) : exact(count_, q, tail);
  }
  if (ranks.low > 0) {
    const std::uint64_t bucket = lowest(index_of(value_at(ranks.low)));
    found.low = static_cast<double>(std::max(bucket, min_));
  }
  if (ranks.high <= count_) {
    found.high = static_cast<double>(value_at(ranks.high));
  }
  return found;
}

} // namespace vmperf::stats
