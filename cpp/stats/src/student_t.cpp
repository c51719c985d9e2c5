#include "vmperf/stats/student_t.hpp"

#include <cmath>
#include <numbers>

#include "checks.hpp"
#include "incomplete_beta.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

constexpr double kLeastProbability = 1e-100;

// Gamma(a + 1/2) / Gamma(a) without the cancellation of two logarithms: the asymptotic series
// (DLMF 5.11.13) from 32 up, reached by the recurrence of Gamma.
double gamma_half_step(double a) {
  double factor = 1;
  while (a < 32) {
    factor *= a / (a + 0.5);
    a += 1;
  }
  const double r = 1 / a;
  const double series =
      1 + r * (-1.0 / 8 +
               r * (1.0 / 128 +
                    r * (5.0 / 1024 + r * (-21.0 / 32768 + r * (-399.0 / 262144 +
                                                                r * (869.0 / 4194304 +
                                                                     r * (39325.0 / 33554432)))))));
  return factor * std::sqrt(a) * series;
}

// With x = dof / (dof + t^2), P(|T| > |t|) = I_x(dof / 2, 1 / 2). Both x and 1 - x are carried, as
// each is computed from t without loss.
struct BetaPoint {
  double x, one_minus_x;
};

// The density of the beta variable times x (1 - x): what both fractions are multiplied by.
double beta_front(const BetaPoint &at, double dof) {
  const double a = dof / 2;
  const double log_x = at.x > 0.5 ? std::log1p(-at.one_minus_x) : std::log(at.x);
  return std::exp(a * log_x) * std::sqrt(at.one_minus_x) * gamma_half_step(a) *
         std::numbers::inv_sqrtpi;
}

// P(|T| > |t|) and P(|T| <= |t|), each with full relative precision where it is the smaller.
struct TwoSided {
  double outside, inside;
};

TwoSided two_sided(const BetaPoint &at, double dof) {
  const double a = dof / 2;
  const double b = 0.5;
  const double front = beta_front(at, dof);
  if (at.x < (a + 1) / (a + b + 2)) {
    const double outside = front * beta_fraction(at.x, a, b) / a;
    return {.outside = outside, .inside = 1 - outside};
  }
  const double inside = front * beta_fraction(at.one_minus_x, b, a) / b;
  return {.outside = 1 - inside, .inside = inside};
}

BetaPoint beta_point(double t, double dof) {
  const double square = t * t;
  return {.x = dof / (dof + square), .one_minus_x = square / (dof + square)};
}

// |t| with P(|T| > |t|) = outside, by Newton on log |t| inside a shrinking bracket.
double solve(double outside, double inside, double dof) {
  double low = -300 * std::numbers::ln10; // bracket of log |t|
  double high = 101 * std::numbers::ln10; // dof >= 1: P(|T| > 1e101) < kLeastProbability
  double u = 0;
  for (int i = 0; i < 200; ++i) {
    const BetaPoint at = beta_point(std::exp(u), dof);
    const TwoSided got = two_sided(at, dof);
    // Newton on the logarithm of the smaller side: no digits are lost there, and both a far tail
    // and the centre are straight lines in log-log.
    const bool tail = outside < inside;
    const double wanted = tail ? outside : inside;
    const double reached = tail ? got.outside : got.inside;
    ((reached > wanted) == tail ? low : high) = u;
    // d inside / d log t = 2 t pdf(t) = 2 front, as front is sqrt(1 - x) x^(dof/2) / B.
    const double step = std::log(reached / wanted) * reached / (2 * beta_front(at, dof));
    double next = tail ? u + step : u - step;
    if (std::abs(next - u) <= 1e-13) { // convergence is quadratic: the error is far below this
      return std::exp(next);
    }
    const bool bracketed = next > low && next < high; // false for NaN
    if (!bracketed) {
      next = (low + high) / 2;
    }
    u = next;
  }
  return std::exp(u);
}

void check_dof(double dof) {
  if (!within(dof, 1, kMaxDof)) {
    throw InvalidArgumentError("dof", text(dof), "1 to 1000000");
  }
}

} // namespace

double student_t_cdf(double t, double dof) {
  check_dof(dof);
  if (std::isnan(t)) {
    throw InvalidArgumentError("t", "NaN", "any number");
  }
  if (t == 0) {
    return 0.5;
  }
  if (std::isinf(t * t)) {
    return t < 0 ? 0 : 1;
  }
  const TwoSided p = two_sided(beta_point(t, dof), dof);
  return t < 0 ? p.outside / 2 : 0.5 + p.inside / 2;
}

double student_t_quantile(double probability, double dof) {
  check_dof(dof);
  const bool inside = probability >= kLeastProbability && probability < 1; // false for NaN
  if (!inside) {
    throw InvalidArgumentError("probability", text(probability), "1e-100 to 1, 1 excluded");
  }
  if (probability == 0.5) {
    return 0;
  }
  const double tail = probability < 0.5 ? probability : 1 - probability;
  const double t = solve(2 * tail, 1 - 2 * tail, dof);
  return probability < 0.5 ? -t : t;
}

} // namespace vmperf::stats
