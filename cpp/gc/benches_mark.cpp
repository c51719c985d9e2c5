// The benchmarks of marking alone: shapes of heaps, queues, workers, imbalance.
#include <algorithm>
#include <memory>
#include <string>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/gc/graph_heap.hpp"
#include "vmperf/gc/marker.hpp"

namespace vmperf::gc {
namespace {

MarkerOptions options_of(const bench::Params &params, MarkPolicy policy, MarkQueue queue) {
  MarkerOptions options;
  options.workers = params.get_size("workers", 1, MarkerOptions::kMostWorkers);
  options.policy = policy;
  options.queue = queue;
  if (params.get_word("start", {"scaled", "all"}) == "all") {
    options.bytes_per_worker = 0;
    options.limit_to_cpus = false;
  }
  return options;
}

class MarkWorkload final : public bench::Workload {
public:
  MarkWorkload(const bench::Params &params, MarkPolicy policy, MarkQueue queue)
      : heap_(shape_of(params.get_string("shape")),
              params.get_size("objects", 1, GraphHeap::kMostObjects), params.seed()),
        marker_(options_of(params, policy, queue)) {}

  void prepare(std::uint64_t /*n*/) override { heap_.clear_marks(); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return 1; }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t marked = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      last_ = marker_.mark(heap_, heap_.roots(), heap_.bytes());
      marked = last_.total().marked;
      note(marked);
    }
    return marked;
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::uint64_t expected = heap_.count_reachable();
    heap_.clear_marks();
    const std::uint64_t marked = marker_.mark(heap_, heap_.roots(), heap_.bytes()).total().marked;
    if (marked != expected || heap_.count_marked() != expected) {
      return {std::to_string(marked) + " objects marked of " + std::to_string(expected)};
    }
    return {passes_ == 0 || sum_marked_ == passes_ * expected ? "" : "a pass marked others"};
  }

  void report(bench::Report &report) override {
    const auto per_pass = [this](double sum) { return sum / static_cast<double>(passes_); };
    report.metric("object_ns", static_cast<double>(sum_ns_) / static_cast<double>(sum_marked_));
    report.metric("workers_started", static_cast<double>(last_.workers.size()));
    report.metric("stolen", per_pass(static_cast<double>(sum_stolen_)));
    report.metric("attempts", per_pass(static_cast<double>(sum_attempts_)));
    report.metric("idle_ratio", idle_ / static_cast<double>(passes_));
    report.metric("largest_share", largest_ / static_cast<double>(passes_));
  }

private:
  void note(std::uint64_t marked) {
    const MarkWorkerStats total = last_.total();
    std::uint64_t most = 0;
    for (const MarkWorkerStats &worker : last_.workers) {
      most = std::max(most, worker.marked);
    }
    ++passes_;
    sum_ns_ += last_.ns;
    sum_marked_ += marked;
    sum_stolen_ += total.stolen;
    sum_attempts_ += total.attempts;
    idle_ += static_cast<double>(total.idle_ns) /
             static_cast<double>(std::max<std::int64_t>(last_.ns, 1)) /
             static_cast<double>(last_.workers.size());
    largest_ += static_cast<double>(most) / static_cast<double>(marked);
  }

  GraphHeap heap_;
  ParallelMarker<GraphHeap> marker_;
  MarkStats last_;
  std::uint64_t passes_ = 0, sum_marked_ = 0, sum_stolen_ = 0, sum_attempts_ = 0;
  std::int64_t sum_ns_ = 0;
  double idle_ = 0, largest_ = 0;
};

bench::Maker maker(MarkPolicy policy, MarkQueue queue) {
  return [policy, queue](const bench::Params &params) {
    return std::make_unique<MarkWorkload>(params, policy, queue);
  };
}

bench::WorkloadPtr make_one(const bench::Params &params) {
  bench::Params one = params;
  one.set("workers", std::int64_t{1});
  return std::make_unique<MarkWorkload>(one, MarkPolicy::steal, MarkQueue::ring);
}

bench::Benchmark &with_figures(bench::Benchmark &benchmark) {
  constexpr auto kLower = bench::Better::lower;
  return benchmark.op("one mark of all that the heap's root reaches; object_ns is per object")
      .fooled_by("a heap that fits the cache: 200000 trees' nodes are 6 MB, take 4000000 for the "
                 "memory of a real one")
      .fooled_by("marks are cleared beforehand, untimed")
      .uncounted("workers wait for one another, and a forked child has none")
      .repeatable()
      .comparable()
      .metric("object_ns", "ns", kLower)
      .metric("workers_started", "1")
      .metric("stolen", "1")
      .metric("attempts", "1")
      .metric("idle_ratio", "1", kLower)
      .metric("largest_share", "1", kLower);
}

} // namespace

void declare_benches_mark(bench::Registry &registry) {
  with_figures(registry.benchmark("gc/mark"))
      .summary("a tree laid out as it is marked, or at random, a random graph, a list or one array "
               "of `objects`, marked by up to `workers`; start=scaled: no more than CPUs and one "
               "for each 512 KiB, all: as many as were asked for")
      .fooled_by("the list is one memory latency an object for any marker")
      .headline()
      .axis("shape", {"ordered", "shuffled", "random", "list", "array"}, "shuffled")
      .axis("objects", {2000, 200000, 1000000, 4000000}, 200000)
      .axis("workers", {1, 2, 4, 8, 16}, 1)
      .axis("start", {"scaled", "all"}, "scaled")
      .design("ring", "depth first behind 16 prefetched objects, which near ones skip",
              maker(MarkPolicy::steal, MarkQueue::ring))
      .design("naive", "depth first, nothing prefetched", maker(MarkPolicy::steal, MarkQueue::lifo))
      .design("fifo", "breadth first, the object 16 places behind prefetched",
              maker(MarkPolicy::steal, MarkQueue::fifo));
  with_figures(registry.benchmark("gc/work_stealing"))
      .summary("one root, and work that comes late: a list of a hundred and sixtieth of the "
               "objects with a tree beside each, or one array, marked by up to `workers`")
      .fooled_by("two workers on one free CPU take turns: the time is that of one")
      .axis("shape", {"spine", "array", "shuffled", "ordered"}, "spine")
      .axis("objects", {2000, 20000, 200000, 4000000, 8000000}, 200000)
      .axis("workers", {1, 2, 4, 16}, 2)
      .axis("start", {"scaled", "all"}, "scaled")
      .design("steal", "idle workers steal the oldest from the others' deques",
              maker(MarkPolicy::steal, MarkQueue::ring))
      .design("naive", "the first objects are dealt out, nothing is shared afterwards",
              maker(MarkPolicy::static_split, MarkQueue::ring))
      .design("one", "one worker, however many were asked for", make_one)
      .design("packets", "full packets of 256 go to a common pool",
              maker(MarkPolicy::packets, MarkQueue::ring));
}

} // namespace vmperf::gc
