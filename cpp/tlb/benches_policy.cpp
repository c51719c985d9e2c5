// Replacement policies and index functions: what they keep, and what a hit costs with them.
#include "vmperf/bench/registry.hpp"

namespace vmperf::tlb {

void declare_benches_policy(bench::Registry &registry) {
  registry.benchmark("tlb/policy")
      .summary("accesses of a pattern, translated by a TLB of 1024 entries with one replacement "
               "policy; a miss walks a flat map of pages and fills")
      .op("one translation, with the walk and the fill where it missed")
      .fooled_by("time is that of hits and misses together, and the walk is one load: what a miss "
                 "costs with page tables says mmu/miss. hit_rate is what to look at")
      .fooled_by("65536 accesses are replayed: a cycle of the whole trace is part of each pattern")
      .fooled_by("sequential has 4 accesses a page, so that no policy can have less than 0.75")
      .designs("tlb_policy")
      .axis("pattern", {"sequential", "strided", "random", "zipf", "cyclic", "scan"}, "zipf")
      .axis("ways", {4, 8, 16}, 8)
      .axis("index", {"mod", "xor", "crc"}, "mod")
      .metric("hit_rate", "1", bench::Better::higher)
      .varies("each batch goes on in the trace where the last one stopped");
}

} // namespace vmperf::tlb
