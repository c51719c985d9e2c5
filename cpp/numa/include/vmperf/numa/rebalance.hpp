// Which pages to move where: the cheapest assignment of pages to nodes that their room allows,
// where a move must gain more than `factor` times what it costs. Exact: the least sum there is, by
// shortest augmenting paths. Pages are many and nodes few, so paths go over nodes:
//
//   1  prices of nodes from a sample of the pages, solved alike
//   2  each page to the node where cost + price is least
//   3  while a node is too full: along the cheapest chain of moves a -> b -> ... -> c to one with
//      room, a page each. For each pair (a, b) a heap of the pages on a by what a move to b adds
//   4  while a chain to a node with room gains: the same, where prices of 1 were a little too high
//
// Costs are whole picoseconds (cost.hpp), so sums are exact. O(pages x n^2) for costs and heaps,
// and O(n^3 + n log pages) a chain, of which steps 1 and 2 leave few. A pure function.
// Source: Ahuja, Magnanti and Orlin, Network Flows, 9.7 (successive shortest paths).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

struct RebalanceOptions {
  // NOLINTNEXTLINE(readability-redundant-member-init): clang would warn where it is left out
  std::vector<std::int64_t> capacity_pages{}; ///< of each node; empty: room for all
  double move_cost_us = 2.0;                  ///< of a page
  double factor = 2.0;                        ///< hysteresis, >= 0
};

struct Rebalance {
  std::vector<std::uint8_t> target;   ///< index of the node of each page
  std::vector<std::uint32_t> moved;   ///< pages whose node changes, ascending
  double before_ns = 0, after_ns = 0; ///< modelled, of all accesses
  double move_ns = 0;                 ///< of the moves: moved pages x move_cost_us
};

/// `heat`: accesses of each page, a row of n by the node of the CPU; `now`: index of the node that
/// has it. UnsupportedError for a topology without latencies; InvalidArgumentError for another
/// shape, negative heat, costs of a page of 2^48 picoseconds, a negative or non-finite cost or
/// factor; CapacityError where nodes have room for fewer pages.
[[nodiscard]] Rebalance rebalance(const Topology &topology, std::span<const std::int64_t> heat,
                                  std::span<const std::uint8_t> now,
                                  const RebalanceOptions &options);

} // namespace vmperf::numa
