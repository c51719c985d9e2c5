#include "vmperf/stats/two_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "checks.hpp"
#include "difference.hpp"
#include "normal.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {
namespace {

// U of a, and the sum of t^3 - t over groups of t equal values.
struct Ranks {
  double u = 0, ties = 0;
};

Ranks rank(std::span<const double> a, std::span<const double> b) {
  std::vector<std::pair<double, bool>> all; // value, is of a
  all.reserve(a.size() + b.size());
  for (const double v : a) {
    all.emplace_back(v, true);
  }
  for (const double v : b) {
    all.emplace_back(v, false);
  }
  std::ranges::sort(all);
  Ranks result;
  double below = 0; // values of b before the group
  for (std::size_t i = 0; i < all.size();) {
    double of_a = 0;
    double of_b = 0;
    const double value = all[i].first;
    for (; i < all.size() && all[i].first == value; ++i) {
      (all[i].second ? of_a : of_b) += 1;
    }
    const double t = of_a + of_b;
    result.u += of_a * (below + of_b / 2);
    result.ties += t * t * t - t;
    below += of_b;
  }
  return result;
}

// P(U >= u) where all orders of m and n values are equally likely. The chance of each U grows one
// value of the smaller sample at a time: the largest of the i + n values is one of the i with
// chance i / (i + n), and then adds n.
double exact_tail(std::size_t m, std::size_t n, double u) {
  // row[j]: probabilities of U for the i values so far against j.
  std::vector<std::vector<double>> row(n + 1, std::vector<double>(1, 1.0));
  for (std::size_t i = 1; i <= m; ++i) {
    std::vector<std::vector<double>> next(n + 1);
    next[0].assign(1, 1.0);
    for (std::size_t j = 1; j <= n; ++j) {
      auto &to = next[j];
      to.assign(i * j + 1, 0.0);
      const double share = static_cast<double>(i) / static_cast<double>(i + j);
      for (std::size_t k = 0; k < row[j].size(); ++k) {
        to[k + j] += share * row[j][k];
      }
      for (std::size_t k = 0; k < next[j - 1].size(); ++k) {
        to[k] += (1 - share) * next[j - 1][k];
      }
    }
    row = std::move(next);
  }
  const auto first = static_cast<std::ptrdiff_t>(std::ceil(u));
  return std::accumulate(row[n].begin() + first, row[n].end(), 0.0);
}

double normal_tail_of_u(double u, double ties, double m, double n) {
  const double total = m + n;
  const double variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)));
  if (variance <= 0) {
    return 1;
  }
  return normal_tail((u - m * n / 2 - 0.5) / std::sqrt(variance));
}

double one_or_two_sided(double upper, double lower, Alternative side) {
  if (side == Alternative::two) {
    return std::min(1.0, 2 * std::min(upper, lower));
  }
  return std::min(1.0, side == Alternative::greater ? upper : lower);
}

void check_pairs(std::size_t averages, const char *argument, std::size_t length) {
  if (averages > kMaxHodgesLehmann) {
    throw InvalidArgumentError(argument, "of length " + std::to_string(length),
                               "at most 2^24 pairs of values");
  }
}

double median_in_place(std::vector<double> &values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) {
    return *middle;
  }
  const double lower = *std::max_element(values.begin(), middle);
  return lower + (*middle - lower) / 2;
}

} // namespace

RankTest mann_whitney(std::span<const double> a, std::span<const double> b, Alternative side) {
  check_values(a, "a");
  check_values(b, "b");
  const auto [u, ties] = rank(a, b);
  const auto m = static_cast<double>(a.size());
  const auto n = static_cast<double>(b.size());
  const std::size_t small = std::min(a.size(), b.size());
  const std::size_t large = std::max(a.size(), b.size());
  const bool exact = small <= kMaxExact && large <= kMaxExactOther && ties == 0;
  const auto tail = [&](double value) {
    return exact ? exact_tail(small, large, value) : normal_tail_of_u(value, ties, m, n);
  };
  // Both tails only where both are wanted; U of b is m n - u, with the same distribution.
  const double upper = side == Alternative::less ? 1 : tail(u);
  const double lower = side == Alternative::greater ? 1 : tail(m * n - u);
  return {.u = u, .p = one_or_two_sided(upper, lower, side), .exact = exact};
}

MeanTest welch(std::span<const double> a, std::span<const double> b, Alternative side) {
  check_values(a, "a", 2);
  check_values(b, "b", 2);
  const auto error = welch_error(a, b);
  MeanTest result{.difference = mean(a) - mean(b), .t = 0, .df = error.dof, .p = 1};
  double upper = result.difference > 0 ? 0 : 1;
  double lower = result.difference < 0 ? 0 : 1;
  if (error.standard_error > 0) {
    result.t = result.difference / error.standard_error;
    const double df = std::clamp(error.dof, 1.0, kMaxDof);
    upper = student_t_cdf(-result.t, df);
    lower = student_t_cdf(result.t, df);
  } else if (result.difference != 0) {
    result.t = std::copysign(std::numeric_limits<double>::infinity(), result.difference);
  }
  result.p = one_or_two_sided(upper, lower, side);
  return result;
}

double hodges_lehmann(std::span<const double> values) {
  check_values(values, "values");
  const std::size_t n = values.size();
  check_pairs(n > kMaxHodgesLehmann ? n : n * (n + 1) / 2, "values", n);
  std::vector<double> averages;
  averages.reserve(n * (n + 1) / 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      averages.push_back((values[i] + values[j]) / 2);
    }
  }
  return median_in_place(averages);
}

double hodges_lehmann_shift(std::span<const double> a, std::span<const double> b) {
  check_values(a, "a");
  check_values(b, "b");
  check_pairs(a.size(), "a", a.size());
  check_pairs(b.size(), "b", b.size());
  check_pairs(a.size() * b.size(), "b", b.size());
  std::vector<double> differences;
  differences.reserve(a.size() * b.size());
  for (const double x : a) {
    for (const double y : b) {
      differences.push_back(x - y);
    }
  }
  return median_in_place(differences);
}

} // namespace vmperf::stats
