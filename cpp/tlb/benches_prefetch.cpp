// Prefetchers: how many misses they answer, at what price.
#include "vmperf/bench/registry.hpp"

namespace vmperf::tlb {

void declare_benches_prefetch(bench::Registry &registry) {
  constexpr auto kHigher = bench::Better::higher;
  constexpr auto kLower = bench::Better::lower;
  registry.benchmark("tlb/prefetch")
      .summary("accesses of a pattern, translated by a TLB of 64 entries; a miss walks a flat map "
               "of pages, and so do `degree` guesses of the prefetcher, into a buffer of 32")
      .op("one translation, with the walks and fills where it missed")
      .fooled_by("the walk is one load, which no prefetch can be cheaper than: time shows what "
                 "guessing costs, coverage what it would save where walks are dear")
      .fooled_by("guesses of pages that the TLB has already are counted as present, not as useful")
      .fooled_by("sequential has 4 accesses a page; coverage is of misses, not of accesses")
      .designs("tlb_prefetch")
      .axis("pattern", {"sequential", "strided", "steps", "chase", "random", "zipf"}, "sequential")
      .axis("degree", {1, 2, 4}, 2)
      .metric("coverage", "1", kHigher)
      .metric("accuracy", "1", kHigher)
      .metric("misses", "1/op", kLower)
      .metric("issued", "1/op", bench::Better::neither)
      .metric("present", "1/op", kLower)
      .metric("useful", "1/op", kHigher)
      .metric("late", "1/op", kLower)
      .metric("useless", "1/op", kLower)
      .varies("each batch goes on in the trace where the last one stopped");
}

} // namespace vmperf::tlb
