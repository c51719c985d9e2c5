#include "vmperf/stats/clusters.hpp"

#include <algorithm>
#include <functional>

#include "checks.hpp"

namespace vmperf::stats {

std::vector<std::int64_t> clusters(std::span<const std::int64_t> process,
                                   std::span<const std::int64_t> placement) {
  check_equal_length(placement.size(), "placement", process.size(), "process");
  const bool several = std::ranges::adjacent_find(process, std::not_equal_to<>()) != process.end();
  const auto chosen = several ? process : placement;
  return {chosen.begin(), chosen.end()};
}

} // namespace vmperf::stats
