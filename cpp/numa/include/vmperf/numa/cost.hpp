// What accesses cost on a topology's matrix: of dependent ones, the sum of latency[node of the CPU]
// [node of the page]. A model and nothing else: no clock is read, no access made.
// Latencies count in whole picoseconds, so that sums are exact and hang on no order.
// O(accesses + n^2); a pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

struct Cost {
  std::uint64_t accesses = 0;
  double modelled_ns = 0;           ///< of all of them, one after the other
  double mean_ns = 0;               ///< of one; 0 where there are none
  std::vector<std::uint64_t> pairs; ///< accesses, n rows of n: node of the CPU, node of the page
};

/// Accesses by pairs of indices, counted already: n rows of n. UnsupportedError for a topology
/// without latencies; InvalidArgumentError for another shape or sums above 2^63 picoseconds.
[[nodiscard]] Cost modelled_cost(const Topology &topology, std::vector<std::uint64_t> pairs);

/// The pairs of accesses, from nodes of CPUs to nodes of pages, both by number.
/// InvalidArgumentError for lengths that differ or a node that is absent.
[[nodiscard]] std::vector<std::uint64_t> count_pairs(const Topology &topology,
                                                     std::span<const std::int64_t> cpu_nodes,
                                                     std::span<const std::int64_t> page_nodes);

/// The latencies in picoseconds, n rows of n. UnsupportedError where there are none;
/// InvalidArgumentError for one above 1 second.
[[nodiscard]] std::vector<std::int64_t> latencies_ps(const Topology &topology);

} // namespace vmperf::numa
