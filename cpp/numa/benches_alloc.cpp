// Allocation by the node of the CPU, and what it does to the accesses that follow.
#include "benches.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/numa/cost.hpp"

namespace vmperf::numa {
namespace {

constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

class PairWorkload final : public bench::Workload {
public:
  PairWorkload(const Topology &model, std::size_t size)
      : allocator_(model, NumaOptions{}), size_(size) {
    run(100);
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *block = allocator_.allocate(size_);
      bench::sink(block);
      sum += reinterpret_cast<std::uintptr_t>(block);
      allocator_.deallocate(block);
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    void *block = allocator_.allocate(size_);
    const bool is_placed =
        block != nullptr && allocator_.node_of(block) < allocator_.topology().n_nodes();
    if (is_placed) {
      std::memset(block, 1, size_);
      allocator_.deallocate(block);
    }
    const bool is_clean = allocator_.stats().live_blocks == 0;
    return {is_placed && is_clean ? "" : "blocks that are on no node, or were not freed"};
  }

private:
  NumaAllocator allocator_;
  std::size_t size_;
};

class LibcWorkload final : public bench::Workload {
public:
  explicit LibcWorkload(std::size_t size) : size_(size) {}

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      void *block = std::malloc(size_); // NOLINT(*no-malloc*)
      bench::sink(block);
      sum += reinterpret_cast<std::uintptr_t>(block);
      std::free(block); // NOLINT(*no-malloc*)
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override { return {run(1) != 0 ? "" : "no memory"}; }

private:
  std::size_t size_;
};

// One op: a block for the next CPU in turn, each line of it written and read, and freed.
class AccessWorkload final : public bench::Workload {
public:
  AccessWorkload(Topology model, const NumaOptions &options, std::size_t size)
      : model_(std::move(model)), allocator_(model_, options), size_(size) {
    run(model_.n_nodes());
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::size_t node = i % model_.n_nodes();
      auto *block =
          static_cast<std::byte *>(allocator_.allocate_on(model_.cpus()[node][0], size_, 16));
      for (std::size_t at = 0; at < size_; at += kLineBytes) {
        std::memcpy(block + at, &i, sizeof i);
      }
      bench::sink(block);
      for (std::size_t at = 0; at < size_; at += kLineBytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, block + at, sizeof word);
        sum += word;
      }
      allocator_.deallocate(block);
    }
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    const std::uint64_t lines = (size_ + kLineBytes - 1) / kLineBytes;
    return {run(4) == 6 * lines && allocator_.stats().live_blocks == 0 ? "" : "words were lost"};
  }
  // What the op's accesses cost on the model, by the nodes that the table has for each line.
  void report(bench::Report &report) override {
    std::vector<std::int64_t> cpus;
    std::vector<std::int64_t> pages;
    for (std::size_t node = 0; node < model_.n_nodes(); ++node) {
      auto *block =
          static_cast<std::byte *>(allocator_.allocate_on(model_.cpus()[node][0], size_, 16));
      for (std::size_t at = 0; at < size_; at += kLineBytes) {
        cpus.insert(cpus.end(), 2, static_cast<std::int64_t>(node));
        pages.insert(pages.end(), 2, static_cast<std::int64_t>(allocator_.node_of(block + at)));
      }
      allocator_.deallocate(block);
    }
    const Cost cost = modelled_cost(model_, count_pairs(model_, cpus, pages));
    report.metric("modelled_ns", cost.modelled_ns / static_cast<double>(model_.n_nodes()));
  }

private:
  Topology model_;
  NumaAllocator allocator_;
  std::size_t size_;
};

bench::Maker accesses(Policy policy) {
  return [policy](const bench::Params &params) -> bench::WorkloadPtr {
    const std::size_t n = nodes_of(params);
    NumaOptions options{.policy = policy};
    if (policy == Policy::bind) {
      options.nodes = {0};
    }
    return std::make_unique<AccessWorkload>(make_model(params, n), options,
                                            params.get_size("size_bytes", 1, kMostBytes));
  };
}

void declare_local_alloc(bench::Registry &registry) {
  registry.benchmark("numa/local_alloc")
      .summary("allocate and free a block on the node of the CPU that the thread is on, on a model "
               "of `nodes` nodes")
      .op("one allocation and its deallocation")
      .fooled_by("the same block every time; what blocks do to each other is in alloc/*")
      .fooled_by("the naive design asks nobody for a node")
      .varies("addresses are in it, which the allocator chooses")
      .headline()
      .axis("nodes", {2, 4, 8}, 8)
      .axis("size_bytes", {64, 4096}, 64)
      .design("local", "an arena for each node",
              [](const bench::Params &params) {
                return std::make_unique<PairWorkload>(make_model(params, nodes_of(params)),
                                                      params.get_size("size_bytes", 1, kMostBytes));
              })
      .design("naive", "malloc, wherever its memory lies", [](const bench::Params &params) {
        return std::make_unique<LibcWorkload>(params.get_size("size_bytes", 1, kMostBytes));
      });
}

} // namespace

void declare_benches_alloc(bench::Registry &registry) {
  declare_local_alloc(registry);
  registry.benchmark("numa/aware_vs_uniform")
      .summary(
          "blocks for the CPUs of `nodes` nodes in turn, each line written and read once. Time "
          "is that of this machine, where all is near; what nearness is worth on the stated "
          "model is modelled_ns, of the same accesses")
      .op("one block allocated, its lines written and read, and freed")
      .fooled_by("modelled_ns is a sum of the latencies on the axes: no cache, no prefetcher, no "
                 "queue. It says which placement is nearer, not how long a program takes")
      .fooled_by("time and modelled_ns are of different machines: their ratio says nothing")
      .repeatable()
      .axis("size_bytes", {1024, 4096, 16384, 65536, 262144}, 16384)
      .axis("nodes", {2, 4, 8}, 2)
      .axis("local_ns", {90}, 90)
      .axis("remote_ns", {150}, 150)
      .metric("modelled_ns", "ns", bench::Better::lower)
      .design("aware", "on the node of the CPU", accesses(Policy::local))
      .design("uniform", "interleaved over all nodes", accesses(Policy::interleave))
      .design("naive", "on node 0, whose thread set all up", accesses(Policy::bind));
}

} // namespace vmperf::numa
