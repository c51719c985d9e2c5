// What plans cost: which pages to move, and how streams share what there is.
#include "benches.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/numa/cost.hpp"
#include "vmperf/numa/rebalance.hpp"
#include "vmperf/numa/share.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kMostPages = std::size_t{1} << 24U;
constexpr std::uint64_t kMostHeat = 1000;
constexpr std::int64_t kSpare = 64; // places a node has beyond its part

struct Task {
  Topology model;
  std::vector<std::int64_t> heat;
  std::vector<std::uint8_t> now;
  RebalanceOptions options;

  explicit Task(const bench::Params &params) : model(make_model(params, nodes_of(params))) {
    const std::size_t n = model.n_nodes();
    const std::size_t n_pages = params.get_size("pages", 1, kMostPages);
    CounterRng rng(params.seed());
    for (std::size_t page = 0; page < n_pages; ++page) {
      now.push_back(static_cast<std::uint8_t>(rng.below(n)));
      for (std::size_t node = 0; node < n; ++node) { // node 0 is busier: its memory is sought after
        heat.push_back(static_cast<std::int64_t>(rng.below(node == 0 ? 2 * kMostHeat : kMostHeat)));
      }
    }
    const auto part = static_cast<std::int64_t>(n_pages / n);
    options.capacity_pages.assign(n, part + kSpare);
  }
};

// Each page in turn to where it is cheapest, of the nodes that have room.
Rebalance plan_naively(const Task &task) {
  const std::size_t n = task.model.n_nodes();
  std::vector<std::int64_t> room = task.options.capacity_pages;
  Rebalance out;
  for (std::size_t page = 0; page < task.now.size(); ++page) {
    std::size_t best = n;
    double best_ns = 0;
    for (std::size_t node = 0; node < n; ++node) {
      double ns =
          node == task.now[page] ? 0 : task.options.move_cost_us * 1e3 * task.options.factor;
      for (std::size_t from = 0; from < n; ++from) {
        ns += static_cast<double>(task.heat[page * n + from]) *
              task.model.latency_ns().at(from, node);
      }
      if (room[node] > 0 && (best == n || ns < best_ns)) {
        best = node;
        best_ns = ns;
      }
    }
    --room[best];
    out.target.push_back(static_cast<std::uint8_t>(best));
  }
  return out;
}

template <bool kExact> class RebalanceWorkload final : public bench::Workload {
public:
  explicit RebalanceWorkload(const bench::Params &params) : task_(params) {}

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      if constexpr (kExact) {
        plan_ = rebalance(task_.model, task_.heat, task_.now, task_.options);
      } else {
        plan_ = plan_naively(task_);
      }
      sum += plan_.target[i % plan_.target.size()];
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    std::vector<std::int64_t> used(task_.model.n_nodes());
    for (const std::uint8_t node : plan_.target) {
      ++used[node];
    }
    for (std::size_t node = 0; node < used.size(); ++node) {
      if (used[node] > task_.options.capacity_pages[node]) {
        return {"node " + std::to_string(node) + " has more pages than room"};
      }
    }
    const bool is_whole = plan_.target.size() == task_.now.size();
    return {is_whole && sum_ns(plan_.target) < sum_ns(task_.now) ? "" : "the plan gains nothing"};
  }
  void report(bench::Report &report) override {
    const double before = sum_ns(task_.now);
    const double after = plan_.target.empty() ? before : sum_ns(plan_.target);
    report.metric("modelled_ns", after / static_cast<double>(task_.now.size()));
    report.metric("before_modelled_ns", before / static_cast<double>(task_.now.size()));
  }

private:
  // Of the accesses alone, moves apart.
  [[nodiscard]] double sum_ns(const std::vector<std::uint8_t> &nodes) const {
    const std::size_t n = task_.model.n_nodes();
    std::vector<std::uint64_t> pairs(n * n);
    for (std::size_t page = 0; page < nodes.size(); ++page) {
      for (std::size_t from = 0; from < n; ++from) {
        pairs[from * n + nodes[page]] += static_cast<std::uint64_t>(task_.heat[page * n + from]);
      }
    }
    return modelled_cost(task_.model, std::move(pairs)).modelled_ns;
  }

  Task task_;
  Rebalance plan_;
};

// Of each resource an equal part to all that use it, whoever could take more or less.
double share_naively(const Topology &model, const Streams &streams) {
  const std::size_t n = model.n_nodes();
  std::vector<double> ways(n * n);
  std::vector<double> controllers(n);
  for (std::size_t stream = 0; stream < streams.from.size(); ++stream) {
    for (std::size_t node = 0; node < n; ++node) {
      ways[streams.from[stream] * n + node] += streams.spread[stream * n + node];
      controllers[node] += streams.spread[stream * n + node];
    }
  }
  double total = 0;
  for (std::size_t stream = 0; stream < streams.from.size(); ++stream) {
    double gbs = streams.demand_gbs[stream];
    for (std::size_t node = 0; node < n; ++node) {
      const std::size_t way = streams.from[stream] * n + node;
      if (streams.spread[stream * n + node] > 0) {
        gbs = std::min({gbs, model.bandwidth_gbs().values[way] / ways[way],
                        model.controller_gbs()[node] / controllers[node]});
      }
    }
    total += gbs;
  }
  return total;
}

template <bool kFair> class ShareWorkload final : public bench::Workload {
public:
  explicit ShareWorkload(const bench::Params &params)
      : model_(make_model(params, nodes_of(params))) {
    constexpr std::size_t kMostStreams = 4096;
    constexpr std::uint64_t kMostDemand = 20;
    constexpr std::uint64_t kParts = 10;
    CounterRng rng(params.seed());
    const std::size_t count = params.get_size("streams", 1, kMostStreams);
    for (std::size_t stream = 0; stream < count; ++stream) {
      streams_.from.push_back(rng.below(model_.n_nodes()));
      streams_.demand_gbs.push_back(1 + static_cast<double>(rng.below(kMostDemand)));
      std::vector<double> parts(model_.n_nodes());
      double sum = 0;
      for (double &part : parts) {
        part = 1 + static_cast<double>(rng.below(kParts));
        sum += part;
      }
      for (const double part : parts) {
        streams_.spread.push_back(part / sum);
      }
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      total_ =
          kFair ? share_bandwidth(model_, streams_).total_gbs : share_naively(model_, streams_);
      bench::sink(total_);
    }
    return static_cast<std::uint64_t>(total_ * 1e6);
  }
  [[nodiscard]] bench::Verification verify() override {
    double room = 0;
    for (const double controller : model_.controller_gbs()) {
      room += controller;
    }
    const bool is_at_least = total_ >= share_naively(model_, streams_) * (1 - 1e-9);
    return {total_ > 0 && total_ <= room * (1 + 1e-9) && is_at_least ? ""
                                                                     : "no share of what there is"};
  }
  void report(bench::Report &report) override { report.metric("modelled_gbs", total_); }

private:
  Topology model_;
  Streams streams_;
  double total_ = 0;
};

} // namespace

void declare_benches_plan(bench::Registry &registry) {
  registry.benchmark("numa/rebalance")
      .summary(
          "which pages to move, given how often each node's CPUs access each: `pages` pages of "
          "drawn heat on nodes that have hardly more room than that. modelled_ns: of the "
          "accesses to a page afterwards")
      .op("one plan for all pages")
      .fooled_by("where nodes have room for all, the first choice of each page is a plan")
      .fooled_by("heat that is drawn evenly leaves less to gain than a program's")
      .repeatable()
      .headline()
      .axis("pages", {10000, 100000, 1000000}, 10000)
      .axis("nodes", {2, 4, 8}, 8)
      .axis("local_ns", {90}, 90)
      .axis("remote_ns", {150}, 150)
      .metric("modelled_ns", "ns", bench::Better::lower)
      .metric("before_modelled_ns", "ns")
      .design("exact", "the least sum there is, by shortest augmenting paths",
              [](const bench::Params &params) {
                return std::make_unique<RebalanceWorkload<true>>(params);
              })
      .design("naive", "each page in turn to the cheapest node with room",
              [](const bench::Params &params) {
                return std::make_unique<RebalanceWorkload<false>>(params);
              });
  registry.benchmark("numa/share_bandwidth")
      .summary("how `streams` streams with a limit each, spread over all nodes, share ways and "
               "controllers. modelled_gbs: of all of them")
      .op("one solution for all streams")
      .fooled_by("streams that are alike fill everything in one round: these differ")
      .repeatable()
      .axis("streams", {8, 64}, 64)
      .axis("nodes", {2, 4, 8}, 8)
      .axis("local_gbs", {100}, 100)
      .axis("remote_gbs", {25}, 25)
      .metric("modelled_gbs", "GB/s", bench::Better::higher)
      .design(
          "fair", "max-min fair: what one cannot take the others have",
          [](const bench::Params &params) { return std::make_unique<ShareWorkload<true>>(params); })
      .design("naive", "an equal part of each to all that use it", [](const bench::Params &params) {
        return std::make_unique<ShareWorkload<false>>(params);
      });
}

} // namespace vmperf::numa
