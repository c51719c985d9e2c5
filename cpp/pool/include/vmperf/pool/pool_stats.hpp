// What a pool tells about itself, derived from its state when asked for: nothing is counted per
// operation, so the figures are exact at any time and cost the hot path nothing. A plain value.
#pragma once

#include <cstddef>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::pool {

inline constexpr std::size_t kMostAdvised = std::size_t{1} << 53U; ///< exact in a double

struct PoolStats {
  std::size_t capacity = 0;   ///< slots in all slabs
  std::size_t available = 0;  ///< slots that can be handed out without growing
  std::size_t live = 0;       ///< slots handed out and not returned: capacity - available
  std::size_t high_water = 0; ///< the most slots that were ever live at once
  std::size_t slabs = 0;      ///< slabs held
  std::size_t bytes = 0;      ///< memory held: slabs and the pool's own tables

  bool operator==(const PoolStats &) const = default;
};

/// The capacity with which the use that `stats` tells of would not have made the pool grow, and
/// `headroom` of it more, rounded up: the high-water mark is exact, so is this without headroom.
/// InvalidArgumentError where headroom is negative, not finite or beyond `most` slots.
[[nodiscard]] inline std::size_t advise_capacity(const PoolStats &stats, double headroom = 0,
                                                 std::size_t most = kMostAdvised) {
  const double wanted = static_cast<double>(stats.high_water) * (1 + headroom);
  const bool fits = headroom >= 0 && wanted < static_cast<double>(most);
  std::size_t slots = fits ? static_cast<std::size_t>(wanted) : most;
  slots += static_cast<double>(slots) < wanted ? 1U : 0U; // without <cmath>, which all would pay
  if (!fits || slots >= most) {
    throw InvalidArgumentError("headroom", std::to_string(headroom),
                               "0 or more, with which at most " + std::to_string(most) +
                                   " slots are advised");
  }
  return headroom == 0 ? stats.high_water : slots;
}

} // namespace vmperf::pool
