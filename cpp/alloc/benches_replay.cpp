// The benchmark of replayed traces: all ops of a generated one, again and again.
#include "vmperf/bench/registry.hpp"

namespace vmperf::alloc {

void declare_benches_replay(bench::Registry &registry) {
  constexpr auto kLower = bench::Better::lower;
  registry.benchmark("alloc/replay")
      .summary(
          "a generated trace replayed: sizes log-uniform, `live` blocks on average that live as "
          "`lifetimes` says, one of twenty reallocated; each page of a block written")
      .op("one operation of the trace: malloc, realloc or free")
      .fooled_by("the same trace again and again: a large predictor learns its branches, and what "
                 "the allocator kept of the last time fits")
      .fooled_by(
          "nothing but one byte a page is written, and nothing read: misses that the program "
          "has with blocks far apart are not seen")
      .varies("run() goes on in the trace where it was")
      .designs("alloc")
      .axis("lifetimes", {"exponential", "fixed", "bimodal", "stack"}, "exponential")
      .axis("most_bytes", {256, 4096, 65536}, 4096)
      .axis("live", {1000, 10000, 100000}, 10000)
      .metric("replay_peak_bytes", "B", kLower)
      .metric("replay_freed_bytes", "B", kLower)
      .metric("replay_purged_bytes", "B", kLower)
      .metric("peak_live_bytes", "B")
      .metric("fragmentation", "1", kLower)
      .isolated();
}

} // namespace vmperf::alloc
