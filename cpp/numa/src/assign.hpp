// The assignment behind rebalance(): pages to nodes by the least sum of costs. See rebalance.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::numa {

struct Assignment {
  std::vector<std::uint8_t> node;  ///< of each page
  std::vector<std::int64_t> price; ///< of each node: what one more page there would displace
};

/// `cost`: a row of n a page, each below 2^49; rooms sum to as many as there are pages at least.
/// `first`: the node of a page where others are no cheaper.
[[nodiscard]] Assignment assign(std::span<const std::int64_t> cost,
                                std::span<const std::uint8_t> first,
                                const std::vector<std::int64_t> &rooms);

} // namespace vmperf::numa
