#include "binomial_tails.hpp"

#include <cmath>
#include <numbers>

#include "incomplete_beta.hpp"

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

} // namespace

BinomialTails binomial_tails(double k, double n, double p) {
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

} // namespace vmperf::stats
