#include "vmperf/stats/binomial.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "checks.hpp"
#include "incomplete_beta.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

// log n! less the leading terms of Stirling's formula.
double stirling_rest(double n) {
  if (n < 16) {
    return std::lgamma(n + 1) - (n + 0.5) * std::log(n) + n - std::log(2 * std::numbers::pi) / 2;
  }
  const double r = 1 / (n * n);
  return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / n;
}

// k log(k / m) + m - k without the cancellation for k near m.
double deviance(double k, double m) {
  const double d = (k - m) / (k + m);
  if (std::abs(d) > 0.1) {
    return k * std::log(k / m) + m - k;
  }
  double sum = (k - m) * d;
  double power = 2 * k * d;
  for (int j = 1; j < 100; ++j) {
    power *= d * d;
    const double next = sum + power / (2 * j + 1);
    if (next == sum) {
      break;
    }
    sum = next;
  }
  return sum;
}

// P(X = k) of n trials with probability p, for 0 < k < n.
double point_probability(double k, double n, double p) {
  const double log_rest = stirling_rest(n) - stirling_rest(k) - stirling_rest(n - k) -
                          deviance(k, n * p) - deviance(n - k, n * (1 - p));
  return std::exp(log_rest) * std::sqrt(n / (2 * std::numbers::pi * k * (n - k)));
}

// P(X >= k) and P(X < k), for 1 <= k <= n and 0 < p < 1; each precise where it is the smaller.
struct Tails {
  double at_least, below;
};

Tails tails(double k, double n, double p) {
  // x^a (1 - x)^b / B(a, b) for a = k, b = n - k + 1.
  const double front =
      k == n ? n * std::exp(n * std::log(p)) * (1 - p) : k * (1 - p) * point_probability(k, n, p);
  const double a = k;
  const double b = n - k + 1;
  if (p < (a + 1) / (a + b + 2)) {
    const double at_least = front * beta_fraction(p, a, b) / a;
    return {.at_least = at_least, .below = 1 - at_least};
  }
  const double below = front * beta_fraction(1 - p, b, a) / b;
  return {.at_least = 1 - below, .below = below};
}

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
    const Tails at = tails(k, n, p);
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
