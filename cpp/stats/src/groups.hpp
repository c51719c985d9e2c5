// Samples split by the cluster they come from. O(n log C) time, O(n) memory. Thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

/// One list per distinct cluster, in ascending order of its number; lengths must agree.
[[nodiscard]] std::vector<std::vector<double>> by_cluster(std::span<const double> values,
                                                          std::span<const std::int64_t> cluster,
                                                          const char *argument = "cluster",
                                                          const char *other = "values");

/// One value per cluster.
template <class Statistic>
[[nodiscard]] std::vector<double> reduce(const std::vector<std::vector<double>> &groups,
                                         Statistic statistic) {
  std::vector<double> result;
  result.reserve(groups.size());
  for (const auto &group : groups) {
    result.push_back(statistic(group));
  }
  return result;
}

} // namespace vmperf::stats
