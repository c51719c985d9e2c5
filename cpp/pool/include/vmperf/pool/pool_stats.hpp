// What a pool tells about itself, derived from its state when asked for: nothing is counted per
// operation, so the figures are exact at any time and cost the hot path nothing. A plain value.
#pragma once

#include <cstddef>

namespace vmperf::pool {

struct PoolStats {
  std::size_t capacity = 0;   ///< slots in all slabs
  std::size_t available = 0;  ///< slots that can be handed out without growing
  std::size_t live = 0;       ///< slots handed out and not returned: capacity - available
  std::size_t high_water = 0; ///< the most slots that were ever live at once
  std::size_t slabs = 0;      ///< slabs held
  std::size_t bytes = 0;      ///< memory held: slabs and the pool's own tables

  bool operator==(const PoolStats &) const = default;
};

} // namespace vmperf::pool
