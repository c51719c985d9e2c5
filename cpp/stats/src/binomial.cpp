#include "vmperf/stats/binomial.hpp"

#include <cmath>
#include <string>

#include "binomial_tails.hpp"
#include "checks.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

// The p at which P(X >= k) = tail; it rises with p. Bisection on log(p / (1 - p)).
double solve(double k, double n, double tail, bool upper) {
  double low = -700;
  double high = 700;
  while (high - low > 1e-14 * std::abs(low + high) + 1e-300) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) {
      break;
    }
    const double p = 1 / (1 + std::exp(-middle));
    const BinomialTails at = binomial_tails(k, n, p);
    const bool beyond = upper ? at.below < tail : at.at_least > tail;
    (beyond ? high : low) = middle;
  }
  return 1 / (1 + std::exp(-high));
}

} // namespace

Interval binomial_bound(std::int64_t k, std::int64_t n, double confidence, Side side) {
  if (n < 1 || n > kMaxTrials) {
    throw InvalidArgumentError("n", std::to_string(n), "1 to " + std::to_string(kMaxTrials));
  }
  if (k < 0 || k > n) {
    throw InvalidArgumentError("k", std::to_string(k), "0 to n, " + std::to_string(n));
  }
  check_confidence(confidence);
  const double tail = side == Side::two ? (1 - confidence) / 2 : 1 - confidence;
  const auto events = static_cast<double>(k);
  const auto trials = static_cast<double>(n);
  Interval result{.estimate = events / trials, .low = 0, .high = 1};
  if (side != Side::upper && k > 0) {
    result.low = solve(events, trials, tail, false);
  }
  if (side != Side::lower && k < n) {
    result.high = solve(events + 1, trials, tail, true);
  }
  return result;
}

} // namespace vmperf::stats
