// The marker on every shape, queue, policy and number of workers against a breadth-first search;
// stacks of 16 items, repeated passes, further roots, threads that sleep. argv: seed, objects.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "vmperf/gc/graph_heap.hpp"
#include "vmperf/gc/marker.hpp"

using namespace vmperf::gc; // NOLINT(*using-namespace*): one small program

namespace {

int faults = 0;
void expect(bool ok, const std::string &what) {
  if (!ok) {
    std::printf("wrong: %s\n", what.c_str());
    ++faults;
  }
}

const char *const kQueues[] = {"lifo", "fifo", "ring"};
const char *const kPolicies[] = {"steal", "static", "packets"};

void check(GraphHeap &heap, std::uint64_t reachable, const MarkerOptions &options,
           const std::string &what) {
  ParallelMarker<GraphHeap> marker(options);
  for (int pass = 0; pass < 2; ++pass) {
    heap.clear_marks();
    const MarkStats stats = marker.mark(heap, heap.roots(), heap.bytes());
    expect(stats.total().marked == reachable, what + ": the workers' counts");
    expect(heap.count_marked() == reachable, what + ": the marks");
    expect(stats.workers.size() == options.workers, what + ": workers started");
    expect(stats.rescans > 0 || options.stack_limit > 16 || reachable < 40 ||
               stats.total().scanned >= reachable,
           what + ": nothing dropped, so all scanned");
    const MarkStats again = marker.mark(heap, heap.roots(), heap.bytes());
    expect(again.total().marked == 0, what + ": marked again");
  }
}

void check_shape(const char *shape, std::uint64_t n, std::uint64_t seed) {
  GraphHeap heap(shape_of(shape), n, seed);
  const std::uint64_t reachable = heap.count_reachable();
  expect(std::string(shape) == "random" ? reachable > n / 2 : reachable == n,
         std::string(shape) + ": built");
  for (const char *queue : kQueues) {
    for (const char *policy : kPolicies) {
      for (const std::size_t workers : {1, 2, 7}) {
        for (const std::size_t limit : {std::size_t{16}, std::size_t{1} << 30U}) {
          MarkerOptions options{.workers = workers,
                                .policy = mark_policy(policy),
                                .queue = mark_queue(queue),
                                .chunk = 64,
                                .stack_limit = limit,
                                .bytes_per_worker = 0,
                                .limit_to_cpus = false};
          check(heap, reachable, options,
                std::string(shape) + " " + queue + " " + policy + " " + std::to_string(workers) +
                    " " + std::to_string(limit));
        }
      }
    }
  }
}

/// Each worker starts where there is 512 KiB for it, and no more than there are CPUs.
void check_scaling() {
  MarkerOptions options{.workers = 16, .limit_to_cpus = false};
  expect(options.started(0) == 1 && options.started(1023 << 10U) == 1, "small heaps: one");
  expect(options.started(1024 << 10U) == 2 && options.started(1U << 30U) == 16, "by live size");
  options.limit_to_cpus = true;
  expect(options.started(1U << 30U) <= vmperf::os::allowed_cpus().size(), "CPUs");
}

} // namespace

int main(int, char **argv) {
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t n = std::strtoull(argv[2], nullptr, 10);
  for (const char *shape : {"ordered", "shuffled", "random", "list", "array", "spine"}) {
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{200}, n}) {
      check_shape(shape, size, seed + size);
    }
  }
  check_scaling();
  if (faults == 0) {
    std::puts("ok");
  }
  return faults == 0 ? 0 : 1;
}
