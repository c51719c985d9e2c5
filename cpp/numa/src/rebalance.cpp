#include "vmperf/numa/rebalance.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "assign.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/numa/cost.hpp"

namespace vmperf::numa {
namespace {

constexpr std::int64_t kMostPs = 0x1'0000'0000'0000; // 281 s; sums of chains fit
constexpr double kPsPerUs = 1e6;
constexpr double kPsPerNs = 1e3;
constexpr std::uint64_t kPageBytes = 4096; // in messages

void check(const Topology &topology, std::span<const std::int64_t> heat,
           std::span<const std::uint8_t> now, const RebalanceOptions &options) {
  const std::size_t n = topology.n_nodes();
  if (heat.size() != now.size() * n) {
    throw InvalidArgumentError("heat", "of " + std::to_string(heat.size()) + " entries",
                               std::to_string(now.size()) + " rows of " + std::to_string(n));
  }
  if (now.size() >= std::uint64_t{1} << 32U) {
    throw InvalidArgumentError("heat", std::to_string(now.size()) + " pages", "below 2**32");
  }
  for (const std::uint8_t node : now) {
    if (node >= n) {
      throw InvalidArgumentError("now", "with node " + std::to_string(node),
                                 "nodes of the topology");
    }
  }
  if (!std::isfinite(options.move_cost_us) || options.move_cost_us < 0) {
    throw InvalidArgumentError("move_cost_us", std::to_string(options.move_cost_us), "0 and above");
  }
  if (!std::isfinite(options.factor) || options.factor < 0) {
    throw InvalidArgumentError("factor", std::to_string(options.factor), "0 and above");
  }
}

std::vector<std::int64_t> rooms_of(const RebalanceOptions &options, std::size_t n,
                                   std::size_t n_pages) {
  if (options.capacity_pages.empty()) {
    return std::vector<std::int64_t>(n, static_cast<std::int64_t>(n_pages));
  }
  if (options.capacity_pages.size() != n) {
    throw InvalidArgumentError("capacity", std::to_string(options.capacity_pages.size()) + " nodes",
                               std::to_string(n));
  }
  std::vector<std::int64_t> rooms;
  std::uint64_t sum = 0;
  for (const std::int64_t room : options.capacity_pages) {
    if (room < 0) {
      throw InvalidArgumentError("capacity", std::to_string(room), "0 pages and above");
    }
    rooms.push_back(std::min(room, static_cast<std::int64_t>(n_pages)));
    sum += static_cast<std::uint64_t>(rooms.back());
  }
  if (sum < n_pages) {
    throw CapacityError("nodes have room for " + std::to_string(sum) + " of " +
                            std::to_string(n_pages) + " pages",
                        n_pages * kPageBytes, sum * kPageBytes);
  }
  return rooms;
}

// What all accesses to each page cost, were it on each node; of a move the penalty is added later.
class Costs {
public:
  Costs(const Topology &topology, std::span<const std::int64_t> heat)
      : n_(topology.n_nodes()), ps_(heat.size()) {
    const std::vector<std::int64_t> latency = latencies_ps(topology);
    for (std::size_t page = 0; page < heat.size() / n_; ++page) {
      const std::int64_t *row = heat.data() + page * n_;
      check_row(row, latency);
      std::int64_t *to = ps_.data() + page * n_;
      for (std::size_t from = 0; from < n_; ++from) {
        for (std::size_t node = 0; node < n_ && row[from] != 0; ++node) {
          to[node] += row[from] * latency[from * n_ + node];
        }
      }
    }
  }

  [[nodiscard]] double sum_ns(std::span<const std::uint8_t> nodes) const {
    double sum = 0;
    for (std::size_t page = 0; page < nodes.size(); ++page) {
      sum += static_cast<double>(ps_[page * n_ + nodes[page]]);
    }
    return sum / kPsPerNs;
  }

  // The costs with `penalty` on every node but the one that has the page.
  [[nodiscard]] std::vector<std::int64_t> with_moves(std::span<const std::uint8_t> now,
                                                     std::int64_t penalty) const {
    std::vector<std::int64_t> out = ps_;
    for (std::size_t page = 0; page < now.size(); ++page) {
      for (std::size_t node = 0; node < n_; ++node) {
        out[page * n_ + node] += node == now[page] ? 0 : penalty;
      }
    }
    return out;
  }

private:
  void check_row(const std::int64_t *row, const std::vector<std::int64_t> &latency) const {
    const auto most = static_cast<double>(*std::ranges::max_element(latency));
    double sum = 0;
    for (std::size_t from = 0; from < n_; ++from) {
      if (row[from] < 0) {
        throw InvalidArgumentError("heat", "with " + std::to_string(row[from]), "0 and above");
      }
      sum += static_cast<double>(row[from]);
    }
    if (sum * most >= static_cast<double>(kMostPs)) {
      throw InvalidArgumentError("heat", "of " + std::to_string(sum) + " accesses to one page",
                                 "costs below 2**48 picoseconds");
    }
  }

  std::size_t n_;
  std::vector<std::int64_t> ps_;
};

} // namespace

Rebalance rebalance(const Topology &topology, std::span<const std::int64_t> heat,
                    std::span<const std::uint8_t> now, const RebalanceOptions &options) {
  check(topology, heat, now, options);
  const std::vector<std::int64_t> rooms = rooms_of(options, topology.n_nodes(), now.size());
  const Costs costs(topology, heat);
  const double penalty = options.move_cost_us * kPsPerUs * options.factor;
  if (penalty >= static_cast<double>(kMostPs)) {
    throw InvalidArgumentError("move_cost_us", std::to_string(options.move_cost_us),
                               "with the factor below 2**48 picoseconds");
  }
  Rebalance out;
  out.target = assign(costs.with_moves(now, std::llround(penalty)), now, rooms).node;
  for (std::size_t page = 0; page < now.size(); ++page) {
    if (out.target[page] != now[page]) {
      out.moved.push_back(static_cast<std::uint32_t>(page));
    }
  }
  out.before_ns = costs.sum_ns(now);
  out.after_ns = costs.sum_ns(out.target);
  out.move_ns = static_cast<double>(out.moved.size()) * options.move_cost_us * 1e3;
  return out;
}

} // namespace vmperf::numa
