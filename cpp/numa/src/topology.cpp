#include "vmperf/numa/topology.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/numa.hpp"

namespace vmperf::numa {
namespace {

void check_entries(const std::vector<double> &values, const char *name) {
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0) {
      throw InvalidArgumentError(name, "with an entry of " + std::to_string(value),
                                 "finite numbers above 0");
    }
  }
}

void check_matrix(const Matrix &matrix, std::size_t n, const char *name) {
  if (matrix.empty()) {
    return;
  }
  if (matrix.n != n || matrix.values.size() != n * n) {
    throw InvalidArgumentError(name, "for " + std::to_string(matrix.n) + " nodes",
                               std::to_string(n) + " rows of " + std::to_string(n));
  }
  check_entries(matrix.values, name);
}

void check_symmetry(const Matrix &distance) {
  for (std::size_t one = 0; one < distance.n; ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      if (distance.at(one, other) != distance.at(other, one)) {
        throw InvalidArgumentError("distance",
                                   "not the same from " + std::to_string(other) + " to " +
                                       std::to_string(one) + " as back",
                                   "a symmetric matrix");
      }
    }
  }
}

void check_cpus(const std::vector<std::vector<int>> &cpus, std::size_t n) {
  if (cpus.size() != n) {
    throw InvalidArgumentError("cpus", "of " + std::to_string(cpus.size()) + " nodes",
                               "a list for each of " + std::to_string(n) + " nodes");
  }
  constexpr int kMostCpu = 1'048'575;
  std::set<int> seen;
  for (const std::vector<int> &of_node : cpus) {
    for (const int cpu : of_node) {
      if (cpu < 0 || cpu > kMostCpu || !seen.insert(cpu).second) {
        throw InvalidArgumentError("cpus", "with CPU " + std::to_string(cpu),
                                   "each from 0 to 1048575, of one node");
      }
    }
  }
  if (seen.empty()) {
    throw InvalidArgumentError("cpus", "empty", "a CPU at least, of any node");
  }
}

std::vector<std::vector<int>> one_each(std::size_t n) {
  std::vector<std::vector<int>> cpus(n);
  for (std::size_t node = 0; node < n; ++node) {
    cpus[node] = {static_cast<int>(node)};
  }
  return cpus;
}

} // namespace

const char *word_of(Provenance provenance) noexcept {
  return provenance == Provenance::measured ? "measured" : "modelled";
}

Topology Topology::model(Model given) {
  const std::size_t n = given.distance.n;
  if (n == 0 || n > kMostNodes) {
    throw InvalidArgumentError("distance", "for " + std::to_string(n) + " nodes", "1 to 255");
  }
  check_matrix(given.distance, n, "distance");
  check_symmetry(given.distance);
  check_matrix(given.latency_ns, n, "latency_ns");
  check_matrix(given.bandwidth_gbs, n, "bandwidth_gbs");
  if (!given.controller_gbs.empty() && given.controller_gbs.size() != n) {
    throw InvalidArgumentError("controller_gbs",
                               std::to_string(given.controller_gbs.size()) + " entries",
                               std::to_string(n) + ", one a node");
  }
  check_entries(given.controller_gbs, "controller_gbs");
  if (given.cpus.empty()) {
    given.cpus = one_each(n);
  }
  check_cpus(given.cpus, n);
  Topology out;
  out.given_ = std::move(given);
  out.numbers_.resize(n);
  std::iota(out.numbers_.begin(), out.numbers_.end(), 0);
  out.has_memory_.assign(n, true);
  return out;
}

Topology Topology::real() {
  Topology out;
  out.provenance_ = Provenance::measured;
  const std::vector<os::NumaNode> nodes = os::numa_nodes();
  out.given_.distance.n = nodes.size();
  for (const os::NumaNode &node : nodes) {
    out.numbers_.push_back(node.number);
    out.has_memory_.push_back(node.has_memory);
    out.given_.cpus.push_back(node.cpus);
    out.given_.distance.values.insert(out.given_.distance.values.end(), node.distance.begin(),
                                      node.distance.end());
  }
  return out;
}

std::optional<std::size_t> Topology::index_of(int number) const noexcept {
  const auto found = std::ranges::lower_bound(numbers_, number);
  if (found == numbers_.end() || *found != number) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - numbers_.begin());
}

std::optional<std::size_t> Topology::node_of_cpu(int cpu) const noexcept {
  for (std::size_t node = 0; node < given_.cpus.size(); ++node) {
    if (std::ranges::find(given_.cpus[node], cpu) != given_.cpus[node].end()) {
      return node;
    }
  }
  return std::nullopt;
}

std::vector<std::size_t> Topology::nearest_first(std::size_t from) const {
  std::vector<std::size_t> order(n_nodes());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t node) {
    // The node itself first, whatever the matrix says of it.
    return std::pair(node == from ? 0.0 : given_.distance.at(from, node),
                     (node + n_nodes() - from) % n_nodes());
  };
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

} // namespace vmperf::numa
