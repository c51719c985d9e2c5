// The benchmarks of single collections, and of what a store costs for their sake.
#include "benches.hpp"

namespace vmperf::gc {
namespace {

bench::Benchmark &pause(bench::Benchmark &benchmark) {
  return with_pauses(benchmark)
      .op("one collection, asked for, of what was made since the last one")
      .varies("which objects survive is drawn anew")
      .fooled_by("old space touched for the first time: of a fresh heap the page faults are the "
                 "pause")
      .fooled_by("a collector without generations marks all in a minor collection, too");
}

} // namespace

void declare_benches_pauses(bench::Registry &registry) {
  pause(registry.benchmark("gc/minor_pause"))
      .summary("a minor collection of `objects` nodes, a share of which is kept in a table")
      .headline()
      .axis("objects", {100, 1000, 10000, 100000}, 10000)
      .axis("survival_percent", {1, 10, 50, 100}, 10)
      .axis("heap_kib", {65536, 262144}, 65536);
  pause(registry.benchmark("gc/major_pause"))
      .summary("a major collection of `objects` nodes, a share of which is kept in a table")
      .axis("objects", {100, 1000, 10000, 100000}, 10000)
      .axis("survival_percent", {1, 10, 50, 100}, 10)
      .axis("heap_kib", {65536, 262144}, 65536);
  with_heap_figures(registry.benchmark("gc/write_barrier"))
      .summary("references of old nodes written at random: in L1, and 1 M of them")
      .op("1000 stores with the collector's own barrier, and the loads that find the nodes")
      .varies("goes on in the sequence of places")
      .fooled_by("a barrier that remembers nothing: the checks of each collector are told apart by "
                 "its tests")
      .axis("objects", {1000, 1000000}, 1000)
      .axis("heap_kib", {131072}, 131072);
}

} // namespace vmperf::gc
