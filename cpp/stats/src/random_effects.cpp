#include "vmperf/stats/random_effects.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "checks.hpp"
#include "groups.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/stats/moments.hpp"
#include "vmperf/stats/quantile.hpp"
#include "vmperf/stats/student_t.hpp"

namespace vmperf::stats {
namespace {

constexpr double kGaussianMad = 1.482602218505602; // 1 / Phi^-1(3/4)

// What one group says: its trimmed mean and the squared standard error, with its df.
struct Groups {
  std::vector<double> means, variances, dfs;
};

Groups reduce_groups(std::span<const double> values, std::span<const std::int64_t> group,
                     double trim) {
  check_trim(trim);
  check_values(values, "values", 2);
  Groups result;
  for (const auto &one : by_cluster(values, group, "group")) {
    if (one.size() < 2) {
      throw InvalidArgumentError("group", "a group of 1 value", "2 or more values in each group");
    }
    const Location at = trimmed(one, trim);
    result.means.push_back(at.mean);
    result.variances.push_back(at.std_error * at.std_error);
    result.dfs.push_back(at.df);
  }
  return result;
}

// Degrees of freedom of a sum of independent variance estimates, each with its own.
double satterthwaite(std::span<const double> variances, std::span<const double> dfs) {
  double sum = 0;
  for (const double v : variances) {
    sum += v;
  }
  if (sum == 0) {
    return 1;
  }
  double inverse = 0;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const double share = variances[i] / sum; // squares of the variances would underflow
    inverse += share * share / dfs[i];
  }
  return std::clamp(1 / inverse, 1.0, kMaxDof);
}

// With a known deviation of the group effects: noise of the groups plus the known variance.
Location with_known(const Groups &groups, double centre, const KnownSpread &known) {
  const auto n = static_cast<double>(groups.means.size());
  std::vector<double> parts{known.std * known.std / n};
  std::vector<double> dfs{known.df};
  for (std::size_t i = 0; i < groups.means.size(); ++i) {
    parts.push_back(groups.variances[i] / (n * n));
    dfs.push_back(groups.dfs[i]);
  }
  double variance = 0;
  for (const double part : parts) {
    variance += part;
  }
  return {.mean = centre, .std_error = std::sqrt(variance), .df = satterthwaite(parts, dfs)};
}

void check_known(const KnownSpread &known) {
  if (!within(known.std, 0, kMaxMagnitude)) {
    throw InvalidArgumentError("known_std", text(known.std), "0 to 1e150");
  }
  if (!within(known.df, 1, kMaxDof)) {
    throw InvalidArgumentError("known_df", text(known.df), "1 to 1000000");
  }
}

// For few groups the median absolute deviation is too small by this factor.
double small_sample(std::size_t n) {
  constexpr std::array<double, 8> kFactors{1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107};
  if (n < 2 + kFactors.size()) {
    return kFactors[n - 2];
  }
  return static_cast<double>(n) / (static_cast<double>(n) - 0.8);
}

double beyond(double spread, double noise) {
  return std::sqrt(std::max(0.0, (spread - noise) * (spread + noise)));
}

} // namespace

RandomEffects random_effects(std::span<const double> values, std::span<const std::int64_t> group,
                             double trim, const std::optional<KnownSpread> &known) {
  if (known) {
    check_known(*known);
  }
  const Groups groups = reduce_groups(values, group, trim);
  const double noise = std::sqrt(mean(groups.variances));
  const double centre = mean(groups.means);
  const bool one = groups.means.size() == 1;
  const double spread = one ? std::numeric_limits<double>::quiet_NaN() : std_dev(groups.means);
  RandomEffects result{.location = {.mean = centre, .std_error = noise, .df = groups.dfs.front()},
                       .between_std = one ? spread : beyond(spread, noise),
                       .within_std = noise};
  if (known) {
    result.location = with_known(groups, centre, *known);
  } else if (!one) {
    const auto n = static_cast<double>(groups.means.size());
    result.location.std_error = std::max(spread, noise) / std::sqrt(n);
    result.location.df = n - 1;
  }
  return result;
}

LayoutFloor layout_floor(std::span<const double> values, std::span<const std::int64_t> group,
                         double trim) {
  const Groups groups = reduce_groups(values, group, trim);
  const std::size_t n = groups.means.size();
  if (n < 2) {
    throw InvalidArgumentError("group", "one group", "two groups or more");
  }
  const double spread = kGaussianMad * small_sample(n) * mad(groups.means);
  const double noise = std::sqrt(median(groups.variances));
  return {.std = beyond(spread, noise), .spread = spread, .noise = noise, .groups = n};
}

} // namespace vmperf::stats
