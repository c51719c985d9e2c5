#include "vmperf/numa/share.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::numa {
namespace {

using Eigen::Index;
constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr double kSumSlack = 1e-9;
constexpr double kSameLevel = 1 + 1e-12;

void check(const Topology &topology, const Streams &streams) {
  const std::size_t n = topology.n_nodes();
  const std::size_t count = streams.from.size();
  if (topology.bandwidth_gbs().empty() && topology.controller_gbs().empty()) {
    throw UnsupportedError(
        "the topology has neither bandwidth_gbs nor controller_gbs: state one in "
        "Topology.model");
  }
  if (streams.spread.size() != count * n) {
    throw InvalidArgumentError("spread", "of " + std::to_string(streams.spread.size()) + " entries",
                               std::to_string(count) + " rows of " + std::to_string(n));
  }
  if (!streams.demand_gbs.empty() && streams.demand_gbs.size() != count) {
    throw InvalidArgumentError("demand_gbs", std::to_string(streams.demand_gbs.size()) + " items",
                               std::to_string(count) + ", one a stream");
  }
  for (const double demand : streams.demand_gbs) {
    if (!(demand > 0)) {
      throw InvalidArgumentError("demand_gbs", std::to_string(demand), "above 0");
    }
  }
  for (std::size_t stream = 0; stream < count; ++stream) {
    double sum = 0;
    for (std::size_t node = 0; node < n; ++node) {
      const double part = streams.spread[stream * n + node];
      if (!(part >= 0)) {
        throw InvalidArgumentError("spread", "with " + std::to_string(part), "0 to 1");
      }
      sum += part;
    }
    if (streams.from[stream] >= n || !(std::abs(sum - 1) <= kSumSlack)) {
      throw InvalidArgumentError("spread", "with a row of sum " + std::to_string(sum), "1");
    }
  }
}

// Rows are what may fill: ways that some stream uses, then controllers; columns are streams. Every
// operation goes element by element, and sums over streams in their order, so that other numbers
// of the nodes give the same figures.
class Filling {
public:
  Filling(const Topology &topology, const Streams &streams)
      : streams_(streams), n_(topology.n_nodes()), count_(static_cast<Index>(streams.from.size())) {
    find_ways();
    const auto rows = static_cast<Index>(ways_.size() + n_);
    use_ = Eigen::ArrayXXd::Zero(rows, count_);
    room_ = Eigen::ArrayXd::Constant(rows, kNoLimit);
    frozen_ = Eigen::ArrayXd::Zero(rows);
    for (std::size_t way = 0; way < ways_.size(); ++way) {
      if (!topology.bandwidth_gbs().empty()) {
        room_(static_cast<Index>(way)) = topology.bandwidth_gbs().values[ways_[way]];
      }
    }
    for (std::size_t node = 0; node < n_; ++node) {
      if (!topology.controller_gbs().empty()) {
        room_(static_cast<Index>(ways_.size() + node)) = topology.controller_gbs()[node];
      }
    }
    fill_use();
  }

  Shares solve() {
    Shares out;
    out.streams.resize(streams_.from.size());
    active_.assign(streams_.from.size(), true);
    for (auto left = streams_.from.size(); left > 0;) {
      left -= freeze(out);
    }
    report(out);
    return out;
  }

private:
  void find_ways() {
    std::vector<bool> used(n_ * n_);
    for (std::size_t stream = 0; stream < streams_.from.size(); ++stream) {
      for (std::size_t node = 0; node < n_; ++node) {
        if (streams_.spread[stream * n_ + node] > 0) {
          used[streams_.from[stream] * n_ + node] = true;
        }
      }
    }
    row_of_.resize(n_ * n_);
    for (std::size_t way = 0; way < used.size(); ++way) {
      if (used[way]) {
        row_of_[way] = static_cast<Index>(ways_.size());
        ways_.push_back(way);
      }
    }
  }

  void fill_use() {
    for (Index stream = 0; stream < count_; ++stream) {
      const auto at = static_cast<std::size_t>(stream);
      for (std::size_t node = 0; node < n_; ++node) {
        const double part = streams_.spread[at * n_ + node];
        if (part > 0) {
          use_(row_of_[streams_.from[at] * n_ + node], stream) = part;
          use_(static_cast<Index>(ways_.size() + node), stream) = part;
        }
      }
    }
  }

  [[nodiscard]] double demand(std::size_t stream) const {
    return streams_.demand_gbs.empty() ? kNoLimit : streams_.demand_gbs[stream];
  }

  // One round: the level at which the next thing fills, and who stays there. How many those are.
  std::size_t freeze(Shares &out) {
    Eigen::ArrayXd slope = Eigen::ArrayXd::Zero(room_.size());
    double level = kNoLimit;
    for (Index stream = 0; stream < count_; ++stream) {
      if (active_[static_cast<std::size_t>(stream)]) {
        slope += use_.col(stream);
        level = std::min(level, demand(static_cast<std::size_t>(stream)));
      }
    }
    const Eigen::ArrayXd fills = (slope > 0).select((room_ - frozen_) / slope, kNoLimit);
    level = std::max(0.0, std::min(level, fills.minCoeff()));
    std::size_t n_frozen = 0;
    for (Index stream = 0; stream < count_; ++stream) {
      const auto at = static_cast<std::size_t>(stream);
      if (active_[at] && stays(stream, fills, level, out.streams[at])) {
        active_[at] = false;
        frozen_ += use_.col(stream) * level;
        ++n_frozen;
      }
    }
    return n_frozen;
  }

  // Of several that hold it back, a controller before a way: it is the one shared by more.
  bool stays(Index stream, const Eigen::ArrayXd &fills, double level, Share &share) const {
    const auto at = static_cast<std::size_t>(stream);
    share.gbs = level;
    for (Index row = room_.size() - 1; row >= 0; --row) {
      if (use_(row, stream) > 0 && fills(row) <= level * kSameLevel) {
        const auto place = static_cast<std::size_t>(row);
        const bool is_way = place < ways_.size();
        share.limit = is_way ? Limit::way : Limit::controller;
        share.from = is_way ? ways_[place] / n_ : 0;
        share.to = is_way ? ways_[place] % n_ : place - ways_.size();
        return true;
      }
    }
    share.limit = Limit::demand;
    return demand(at) <= level;
  }

  void report(Shares &out) const {
    out.way_gbs.assign(n_ * n_, 0);
    for (std::size_t way = 0; way < ways_.size(); ++way) {
      out.way_gbs[ways_[way]] = frozen_(static_cast<Index>(way));
    }
    for (std::size_t node = 0; node < n_; ++node) {
      out.controller_gbs.push_back(frozen_(static_cast<Index>(ways_.size() + node)));
    }
    for (const Share &share : out.streams) {
      out.total_gbs += share.gbs;
    }
  }

  const Streams &streams_;
  std::size_t n_;
  Index count_;
  std::vector<std::size_t> ways_;
  std::vector<Index> row_of_;
  Eigen::ArrayXXd use_;
  Eigen::ArrayXd room_, frozen_;
  std::vector<bool> active_;
};

} // namespace

Shares share_bandwidth(const Topology &topology, const Streams &streams) {
  check(topology, streams);
  return Filling(topology, streams).solve();
}

} // namespace vmperf::numa
