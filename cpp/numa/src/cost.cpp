#include "vmperf/numa/cost.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::numa {
namespace {

constexpr double kPsPerNs = 1e3;
constexpr double kMostNs = 1e9;

std::size_t index_or_throw(const Topology &topology, std::int64_t number, const char *name) {
  const bool fits = number >= 0 && number <= std::numeric_limits<int>::max();
  const auto index = fits ? topology.index_of(static_cast<int>(number)) : std::nullopt;
  if (!index) {
    throw InvalidArgumentError(name, "with node " + std::to_string(number) + ", which is absent",
                               "nodes of the topology");
  }
  return *index;
}

} // namespace

std::vector<std::int64_t> latencies_ps(const Topology &topology) {
  if (topology.latency_ns().empty()) {
    throw UnsupportedError("the topology has no latency_ns: without one there is placement, but no "
                           "cost; state it in Topology.model");
  }
  std::vector<std::int64_t> out;
  for (const double ns : topology.latency_ns().values) {
    if (ns > kMostNs) {
      throw InvalidArgumentError("latency_ns", "with an entry of " + std::to_string(ns),
                                 "at most a second");
    }
    out.push_back(std::llround(ns * kPsPerNs));
  }
  return out;
}

Cost modelled_cost(const Topology &topology, std::vector<std::uint64_t> pairs) {
  const std::vector<std::int64_t> latency = latencies_ps(topology);
  if (pairs.size() != latency.size()) {
    throw InvalidArgumentError("pairs", std::to_string(pairs.size()) + " entries",
                               std::to_string(latency.size()) + ", n rows of n");
  }
  Cost out;
  std::uint64_t sum_ps = 0;
  for (std::size_t at = 0; at < pairs.size(); ++at) {
    std::uint64_t part = 0;
    if (__builtin_mul_overflow(pairs[at], static_cast<std::uint64_t>(latency[at]), &part) ||
        __builtin_add_overflow(sum_ps, part, &sum_ps) || sum_ps >> 63U != 0) {
      throw InvalidArgumentError("pairs", "of so many accesses that their sum overflows",
                                 "a sum below 2**63 picoseconds, 106 days");
    }
    out.accesses += pairs[at];
  }
  out.modelled_ns = static_cast<double>(sum_ps) / kPsPerNs;
  out.mean_ns = out.accesses == 0 ? 0 : out.modelled_ns / static_cast<double>(out.accesses);
  out.pairs = std::move(pairs);
  return out;
}

std::vector<std::uint64_t> count_pairs(const Topology &topology,
                                       std::span<const std::int64_t> cpu_nodes,
                                       std::span<const std::int64_t> page_nodes) {
  if (cpu_nodes.size() != page_nodes.size()) {
    throw InvalidArgumentError("page_nodes", std::to_string(page_nodes.size()) + " items",
                               std::to_string(cpu_nodes.size()) + ", one an access");
  }
  const std::size_t n = topology.n_nodes();
  std::vector<std::uint64_t> pairs(n * n);
  for (std::size_t at = 0; at < cpu_nodes.size(); ++at) {
    const std::size_t row = index_or_throw(topology, cpu_nodes[at], "cpu_nodes");
    ++pairs[row * n + index_or_throw(topology, page_nodes[at], "page_nodes")];
  }
  return pairs;
}

} // namespace vmperf::numa
