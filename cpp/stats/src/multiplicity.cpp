#include "vmperf/stats/multiplicity.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>

#include "checks.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

// The places of the p values, smallest first.
std::vector<std::size_t> ranked(std::span<const double> p) {
  check_values(p, "p");
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!within(p[i], 0, 1)) {
      throw InvalidArgumentError("p", text(p[i]) + " at index " + std::to_string(i), "0 to 1");
    }
  }
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p[i]; });
  return order;
}

} // namespace

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  const auto order = ranked(p);
  const auto n = static_cast<double>(p.size());
  std::vector<double> adjusted(p.size());
  double least = 1;
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t at = order[rank - 1];
    // By a factor of 1 or more: rounding must not make a p value smaller than it was.
    least = std::min(least, p[at] * (n / static_cast<double>(rank)));
    adjusted[at] = least;
  }
  return adjusted;
}

std::vector<double> holm(std::span<const double> p) {
  const auto order = ranked(p);
  std::vector<double> adjusted(p.size());
  double most = 0;
  for (std::size_t rank = 0; rank < p.size(); ++rank) {
    const std::size_t at = order[rank];
    most = std::max(most, p[at] * static_cast<double>(p.size() - rank));
    adjusted[at] = std::min(1.0, most);
  }
  return adjusted;
}

} // namespace vmperf::stats
