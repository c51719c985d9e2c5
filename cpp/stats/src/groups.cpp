#include "groups.hpp"

#include <map>
#include <utility>

#include "checks.hpp"

namespace vmperf::stats {

std::vector<std::vector<double>> by_cluster(std::span<const double> values,
                                            std::span<const std::int64_t> cluster,
                                            const char *argument, const char *other) {
  check_equal_length(cluster.size(), argument, values.size(), other);
  std::map<std::int64_t, std::vector<double>> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    groups[cluster[i]].push_back(values[i]);
  }
  std::vector<std::vector<double>> result;
  result.reserve(groups.size());
  for (auto &[number, group] : groups) {
    result.push_back(std::move(group));
  }
  return result;
}

} // namespace vmperf::stats
