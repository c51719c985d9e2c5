#include "vmperf/stats/power.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "checks.hpp"
#include "normal.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {
namespace {

constexpr double kLeastAlpha = 1e-6;
constexpr double kMostNoncentrality = 1e9;

// The density of u = log s where df s^2 is chi-square distributed: exp of
// log 2 + (df / 2) log(df / 2) - lgamma(df / 2) + df u - df e^(2u) / 2, with the large terms
// cancelled by hand so that no digits are lost for many degrees of freedom.
class LogChi {
public:
  explicit LogChi(double df) : df_(df) {
    const double a = df / 2;
    // lgamma(a) less its leading Stirling terms; the series where their difference would cancel.
    const double rest = a < 16 ? std::lgamma(a) - (a - 0.5) * std::log(a) + a
                               : std::log(2 * std::numbers::pi) / 2 +
                                     (1 - (1 - 2 / (7 * a * a)) / (30 * a * a)) / (12 * a);
    log_scale_ = std::numbers::ln2 + std::log(a) / 2 - rest;
  }

  [[nodiscard]] double operator()(double u) const {
    return std::exp(log_scale_ - df_ / 2 * (std::expm1(2 * u) - 2 * u));
  }

private:
  double df_, log_scale_;
};

struct Point {
  double at, value;
};

// Adaptive Simpson between two points whose values, and the middle's, are known.
template <class F>
double simpson(const F &f, Point low, Point middle, Point high, double tolerance, int depth) {
  const double width = high.at - low.at;
  const double whole = width / 6 * (low.value + 4 * middle.value + high.value);
  const double q1 = (low.at + middle.at) / 2;
  const double q3 = (middle.at + high.at) / 2;
  const Point left{q1, f(q1)};
  const Point right{q3, f(q3)};
  const double halves =
      width / 12 * (low.value + 4 * left.value + 2 * middle.value + 4 * right.value + high.value);
  const double error = (halves - whole) / 15;
  if (depth == 0 || std::abs(error) <= tolerance) {
    return halves + error;
  }
  return simpson(f, low, left, middle, tolerance / 2, depth - 1) +
         simpson(f, middle, right, high, tolerance / 2, depth - 1);
}

template <class F> double integrate(const F &f, double low, double high) {
  constexpr double kTolerance = 1e-13;
  constexpr int kPanels = 16; // so that no narrow peak falls between the first points
  double sum = 0;
  for (int i = 0; i < kPanels; ++i) {
    const double a = low + (high - low) * i / kPanels;
    const double b = low + (high - low) * (i + 1) / kPanels;
    const double m = (a + b) / 2;
    sum += simpson(f, {a, f(a)}, {m, f(m)}, {b, f(b)}, kTolerance / kPanels, 30);
  }
  return sum;
}

void check_df(double df) {
  if (!within(df, 1, kMaxDof)) {
    throw InvalidArgumentError("df", text(df), "1 to 1000000");
  }
}

void check_power(double alpha, double power) {
  const bool level = alpha >= kLeastAlpha && alpha < 0.5; // false for NaN
  if (!level) {
    throw InvalidArgumentError("alpha", text(alpha), "1e-6 to 0.5, 0.5 excluded");
  }
  const bool inside = power > alpha && power <= 1 - kLeastAlpha;
  if (!inside) {
    throw InvalidArgumentError("power", text(power), "above alpha, up to 1 - 1e-6");
  }
}

// The noncentrality at which P(T > t_(1 - alpha)) is `power`.
double noncentrality_of(double df, double alpha, double power) {
  const double critical = -student_t_quantile(alpha, df);
  const auto lack = [&](double d) { return power - noncentral_t_tail(critical, df, d); };
  double low = 0;
  double high = 1;
  double at_low = power - alpha;
  double at_high = lack(high);
  while (at_high > 0 && high < kMostNoncentrality) {
    low = high;
    at_low = at_high;
    high *= 2;
    at_high = lack(high);
  }
  // False position, the Illinois way: an end that stays twice has its value halved.
  int stayed = 0;
  for (int i = 0; i < 100 && high - low > 1e-12 * high; ++i) {
    const double next = (low * at_high - high * at_low) / (at_high - at_low);
    const double found = lack(next);
    if (std::abs(found) < 1e-13) {
      return next;
    }
    const bool below = found > 0;
    (below ? low : high) = next;
    (below ? at_low : at_high) = found;
    const int side = below ? 1 : -1;
    if (side == stayed) {
      (below ? at_high : at_low) /= 2;
    }
    stayed = side;
  }
  return high;
}

} // namespace

double noncentral_t_tail(double t, double df, double noncentrality) {
  check_df(df);
  if (!within(t, -kMaxMagnitude, kMaxMagnitude)) {
    throw InvalidArgumentError("t", text(t), "a finite value of magnitude up to 1e150");
  }
  if (!within(noncentrality, -kMostNoncentrality, kMostNoncentrality)) {
    throw InvalidArgumentError("noncentrality", text(noncentrality), "-1e9 to 1e9");
  }
  const LogChi density(df);
  const auto inner = [&](double u) {
    return density(u) * normal_tail(t * std::exp(u) - noncentrality);
  };
  // Where the density has fallen below 1e-17: e^(df u) on the left, a Gaussian of deviation
  // 1 / sqrt(2 df) around 0 elsewhere.
  const double sigma = 1 / std::sqrt(2 * df);
  const double low = -std::max(9 * sigma, 40 / df);
  const double high = std::min(9 * sigma, 2.5);
  // The Gaussian tail turns where t e^u = noncentrality: a step for large t, so integrate up to it.
  const double turn = t * noncentrality > 0 ? std::log(noncentrality / t) : low;
  if (turn > low && turn < high) {
    return integrate(inner, low, turn) + integrate(inner, turn, high);
  }
  return integrate(inner, low, high);
}

double detectable(double std_error, double df, double alpha, double power) {
  if (!within(std_error, 0, kMaxMagnitude)) {
    throw InvalidArgumentError("std_error", text(std_error), "0 to 1e150");
  }
  check_df(df);
  check_power(alpha, power);
  return std_error * noncentrality_of(df, alpha, power);
}

std::int64_t required_pairs(double std, double effect, double alpha, double power, double trim) {
  if (!within(std, 0, kMaxMagnitude)) {
    throw InvalidArgumentError("std", text(std), "0 to 1e150");
  }
  if (!within(effect, 1 / kMaxMagnitude, kMaxMagnitude)) {
    throw InvalidArgumentError("effect", text(effect), "positive, 1e-150 to 1e150");
  }
  check_power(alpha, power);
  check_trim(trim);
  const auto shows = [&](std::int64_t n) {
    const auto count = static_cast<double>(n);
    const double df = count - 2 * std::floor(trim * count) - 1;
    return df >= 1 && noncentrality_of(df, alpha, power) * std / std::sqrt(count) <= effect;
  };
  std::int64_t high = 2;
  while (!shows(high)) {
    if (high >= kMaxPairs) {
      throw InvalidArgumentError("effect", text(effect),
                                 "an effect that " + std::to_string(kMaxPairs) + " pairs show");
    }
    high = std::min(2 * high, kMaxPairs);
  }
  std::int64_t low = high / 2;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (shows(middle) ? high : low) = middle;
  }
  // Trimming takes a degree of freedom away now and then: a few less may do as well.
  for (std::int64_t n = high - 1; n >= std::max<std::int64_t>(2, high - 4); --n) {
    high = shows(n) ? n : high;
  }
  return high;
}

} // namespace vmperf::stats
