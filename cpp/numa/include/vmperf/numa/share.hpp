// How streams share the ways between nodes and the memory of each: max-min fair, by filling all
// alike until something is full. A stream takes from each node in fixed proportion (its spread), so
// the slowest part holds back the whole, as it does for one thread over interleaved pages.
//
//   ways         n^2: from the CPUs of a node to the memory of a node     bandwidth_gbs
//   controllers  n: the memory of a node, whoever asks                    controller_gbs
//   stream f     uses spread[f][m] of its rate on way (from[f], m) and on controller m
//
// At the end no stream can gain without one that has no more losing. Rounds as there are levels at
// which something fills, at most one a stream; a round is O(streams x used ways). A pure function.
// Sources: Bertsekas and Gallager, Data Networks, 6.5.2 (max-min flow control); Williams and
// others, Roofline, CACM 52(4), 2009.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/numa/topology.hpp"

namespace vmperf::numa {

struct Streams {
  std::vector<std::size_t> from;  ///< index of the node whose CPUs ask
  std::vector<double> spread;     ///< a row of n for each: parts of its rate by node, sum 1
  std::vector<double> demand_gbs; ///< more it does not want; empty: no limit
};

/// What holds a stream back.
enum class Limit : std::uint8_t { demand, way, controller };

struct Share {
  double gbs = 0;
  Limit limit = Limit::demand;
  std::size_t from = 0, to = 0; ///< of the way; `to` alone of a controller
};

struct Shares {
  std::vector<Share> streams;
  double total_gbs = 0;
  std::vector<double> way_gbs;        ///< used, n rows of n
  std::vector<double> controller_gbs; ///< used
};

/// UnsupportedError for a topology that knows neither bandwidths nor controllers;
/// InvalidArgumentError for a node that is absent, a spread that is negative or does not sum to 1,
/// a demand that is not above 0, another shape.
[[nodiscard]] Shares share_bandwidth(const Topology &topology, const Streams &streams);

} // namespace vmperf::numa
