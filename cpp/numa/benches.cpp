// What a decision costs: policy, node, and the block from that node's arena.
#include "benches.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/report.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr std::size_t kBlockBytes = 64;

// One op: a block by the policy. Blocks are freed in prepare(), untimed, so that what is timed is
// the decision and the pop: on x86-64 28 instructions for a policy that follows the CPU (five loads
// for the CPU's number, one for its arena), 19 for one that does not.
class DecisionWorkload final : public bench::Workload {
public:
  DecisionWorkload(const Topology &model, const NumaOptions &options)
      : decisions_(model, options.policy, options.nodes, options.weights),
        allocator_(model, options), blocks_(kBatch) {
    for (int warm = 0; warm < 2; ++warm) {
      run(kBatch);
      prepare(0);
    }
  }

  void prepare(std::uint64_t /*n*/) override {
    for (std::size_t at = 0; at < live_; ++at) {
      allocator_.deallocate(blocks_[at]);
    }
    live_ = 0;
  }
  std::uint64_t run(std::uint64_t n) override {
    void **const blocks = blocks_.data() + live_;
    const std::uint64_t room = std::min<std::uint64_t>(n, kBatch - live_);
    for (std::uint64_t i = 0; i < room; ++i) {
      blocks[i] = allocator_.allocate(kBlockBytes);
    }
    live_ += room;
    return room;
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kBatch; }

  // Every block is on the node that the policy has: of some CPU that the thread may have been on,
  // or, where pages are interleaved, of its page's number.
  [[nodiscard]] bench::Verification verify() override {
    if (live_ == 0) {
      run(kBatch);
    }
    for (std::size_t at = 0; at < live_; ++at) {
      const unsigned node = allocator_.node_of(blocks_[at]);
      const auto page = reinterpret_cast<std::uintptr_t>(blocks_[at]) / allocator_.page_bytes();
      const bool is_right = interleaves(decisions_.policy()) ? node == decisions_.of_page(page)
                                                             : is_first_of_some_cpu(node);
      if (!is_right) {
        return {"a block on node " + std::to_string(node) + ", where the policy puts none"};
      }
    }
    return {};
  }
  void report(bench::Report &report) override {
    std::vector<std::uint64_t> counts(allocator_.topology().n_nodes());
    for (std::size_t at = 0; at < live_; ++at) {
      ++counts[allocator_.node_of(blocks_[at])];
    }
    for (std::size_t node = 0; node < counts.size(); ++node) {
      report.row("blocks_of_node", {node, counts[node]});
    }
  }

private:
  [[nodiscard]] bool is_first_of_some_cpu(std::size_t node) const {
    for (std::size_t at = 0; at < allocator_.topology().n_nodes(); ++at) {
      if (decisions_.order(at).front() == node) {
        return true;
      }
    }
    return false;
  }

  Decisions decisions_;
  NumaAllocator allocator_;
  std::vector<void *> blocks_;
  std::size_t live_ = 0;
};

bench::Maker decision(Policy policy) {
  return [policy](const bench::Params &params) -> bench::WorkloadPtr {
    const std::size_t n = nodes_of(params);
    NumaOptions options{.policy = policy};
    if (policy == Policy::bind || policy == Policy::preferred_many) {
      options.nodes = {static_cast<int>(n / 2), static_cast<int>(n - 1)};
      options.nodes.resize(n / 2 == n - 1 ? 1 : 2);
    } else if (policy == Policy::preferred) {
      options.nodes = {static_cast<int>(n - 1)};
    } else if (policy == Policy::weighted_interleave) {
      for (std::size_t node = 0; node < n; ++node) {
        options.weights.push_back(node == 0 ? 3 : 1);
      }
    }
    return std::make_unique<DecisionWorkload>(make_model(params, n), options);
  };
}

// The ten lines: which node has the CPU says a hash map, and each node has a list under a lock.
class NaiveWorkload final : public bench::Workload {
public:
  explicit NaiveWorkload(std::size_t n) : lists_(n), blocks_(kBatch) {
    constexpr int kCpus = 8192;
    for (int cpu = 0; cpu < kCpus; ++cpu) {
      nodes_[cpu] = static_cast<std::size_t>(cpu) % n;
    }
    for (std::size_t node = 0; node < n; ++node) {
      memory_of_.emplace_back(kBatch * kBlockBytes);
      for (std::size_t at = 0; at < kBatch; ++at) {
        lists_[node].push_back(memory_of_[node].data() + at * kBlockBytes);
      }
    }
  }

  void prepare(std::uint64_t /*n*/) override {
    for (std::size_t at = 0; at < live_; ++at) {
      lists_[blocks_[at].second].push_back(blocks_[at].first);
    }
    live_ = 0;
  }
  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t room = std::min<std::uint64_t>(n, kBatch - live_);
    for (std::uint64_t i = 0; i < room; ++i) {
      const std::size_t node = nodes_.find(static_cast<int>(os::current_cpu()))->second;
      const std::scoped_lock lock(mutex_);
      blocks_[live_++] = {lists_[node].back(), node};
      lists_[node].pop_back();
    }
    return room;
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kBatch; }
  [[nodiscard]] bench::Verification verify() override {
    for (std::size_t at = 0; at < live_; ++at) {
      const auto &of_node = memory_of_[blocks_[at].second];
      if (blocks_[at].first < of_node.data() ||
          blocks_[at].first >= of_node.data() + of_node.size()) {
        return {"a block of another node"};
      }
    }
    return {};
  }
  void report(bench::Report &report) override {
    std::vector<std::uint64_t> counts(lists_.size());
    for (std::size_t at = 0; at < live_; ++at) {
      ++counts[blocks_[at].second];
    }
    for (std::size_t node = 0; node < counts.size(); ++node) {
      report.row("blocks_of_node", {node, counts[node]});
    }
  }

private:
  std::unordered_map<int, std::size_t> nodes_;
  std::vector<std::vector<std::byte *>> lists_;
  std::vector<std::vector<std::byte>> memory_of_;
  std::vector<std::pair<std::byte *, std::size_t>> blocks_;
  std::size_t live_ = 0;
  std::mutex mutex_;
};

} // namespace

void declare_benches(bench::Registry &registry) {
  auto &benchmark =
      registry.benchmark("numa/policy_decision")
          .summary("a policy decides on a node and a block of 64 bytes comes from that node's "
                   "arena, on a model of `nodes` nodes; blocks are freed outside the timed region")
          .op("one decision and the allocation that it leads to")
          .fooled_by("a policy that only sets a field costs what empty_loop does: 267 ps of a "
                     "published report. Here each block's node is looked up and counted")
          .fooled_by("blocks that were freed are allocated again: nothing grows, no page is new")
          .fooled_by("one thread on a CPU or two: of policies that follow the CPU few nodes are "
                     "chosen, see the table blocks_of_node")
          .repeatable()
          .headline()
          .axis("nodes", {2, 4, 8}, 8)
          .table("blocks_of_node", {{"node", ""}, {"blocks", "1"}});
  for (const Policy policy : {Policy::local, Policy::interleave, Policy::weighted_interleave,
                              Policy::bind, Policy::preferred, Policy::preferred_many}) {
    benchmark.add_design(word_of(policy), std::string("the policy ") + word_of(policy))
        .runs(benchmark.id(), decision(policy));
  }
  benchmark.add_design("naive", "a hash map from CPU to node, a list for each node under a lock")
      .runs(benchmark.id(), [](const bench::Params &params) {
        return std::make_unique<NaiveWorkload>(nodes_of(params));
      });
  benchmark.add_design("empty_loop", "decides nothing and allocates nothing: a loop alone")
      .limit()
      .null()
      .runs(benchmark.id(), [](const bench::Params &params) {
        static_cast<void>(nodes_of(params)); // refuses what the others refuse
        return std::make_unique<bench::NullWorkload>();
      });
}

} // namespace vmperf::numa
