#include "vmperf/stats/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "checks.hpp"
#include "normal.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

// Twice the ranks of the magnitudes, which are whole numbers also where ties share their mean, of
// the values that have a sign; and the sums of those above and below.
struct Ranks {
  std::vector<std::size_t> doubled;
  std::size_t above = 0, below = 0;
};

Ranks rank(std::span<const double> values, double shift) {
  std::vector<std::pair<double, int>> signs;
  signs.reserve(values.size());
  for (const double value : values) {
    const double off = value - shift;
    signs.emplace_back(std::abs(off), static_cast<int>(off > 0) - static_cast<int>(off < 0));
  }
  std::ranges::sort(signs);
  Ranks result;
  for (std::size_t first = 0; first < signs.size();) {
    std::size_t end = first;
    while (end < signs.size() && signs[end].first == signs[first].first) {
      ++end;
    }
    const std::size_t doubled = first + 1 + end; // twice the mean of first + 1 .. end
    for (std::size_t i = first; i < end; ++i) {
      const int sign = signs[i].second;
      if (sign != 0) {
        result.doubled.push_back(doubled);
        (sign > 0 ? result.above : result.below) += doubled;
      }
    }
    first = end;
  }
  return result;
}

// P(sum of the ranks with a plus >= wanted): the chance of each sum, a rank at a time.
double exact_tail(const std::vector<std::size_t> &doubled, std::size_t wanted) {
  std::vector<double> chance(1, 1.0);
  for (const std::size_t one : doubled) {
    std::vector<double> next(chance.size() + one, 0.0);
    for (std::size_t sum = 0; sum < chance.size(); ++sum) {
      next[sum] += chance[sum] / 2;
      next[sum + one] += chance[sum] / 2;
    }
    chance = std::move(next);
  }
  return std::accumulate(chance.begin() + static_cast<std::ptrdiff_t>(wanted), chance.end(), 0.0);
}

double gaussian_tail(const std::vector<std::size_t> &doubled, std::size_t wanted) {
  double total = 0;
  double squares = 0;
  for (const std::size_t one : doubled) {
    const double rank = static_cast<double>(one) / 2;
    total += rank;
    squares += rank * rank;
  }
  const double off = static_cast<double>(wanted) / 2 - total / 2 - 0.5; // continuity
  return normal_tail(off / std::sqrt(squares / 4));
}

} // namespace

SignedRank signed_rank(std::span<const double> values, double shift) {
  check_values(values, "values");
  if (!std::isfinite(shift)) {
    throw InvalidArgumentError("shift", std::to_string(shift), "a finite number");
  }
  const Ranks ranks = rank(values, shift);
  if (ranks.doubled.empty()) {
    return {.above = 1, .below = 1};
  }
  const auto tail = [&](std::size_t sum) {
    const double chance = values.size() <= kMaxExactSigns ? exact_tail(ranks.doubled, sum)
                                                          : gaussian_tail(ranks.doubled, sum);
    return std::min(1.0, chance);
  };
  return {.above = tail(ranks.above), .below = tail(ranks.below)};
}

} // namespace vmperf::stats
