// The benchmarks of the first level that miss, fill and flush, and that read beside a writer.
#include "vmperf/bench/registry.hpp"

namespace vmperf::tlb {
namespace {

void declare_passes(bench::Registry &registry) {
  registry.benchmark("tlb/cold")
      .summary("a flush of all, then `accesses` pages once each in drawn order: every access "
               "misses, is walked and filled")
      .op("one access, and its share of the flush")
      .fooled_by("the walk is a load from a flat array: the whole miss is mmu/miss")
      .fooled_by("a hash map that is emptied keeps its memory, so that nothing grows")
      .designs("tlb")
      .repeatable()
      .comparable()
      .axis("accesses", {100, 1000, 10000, 100000}, 1000)
      .tag("reference");
  registry.benchmark("tlb/warm")
      .summary("the same pages in the same order, all of them there")
      .op("one access")
      .fooled_by("the pages are replayed in one order, which a short one has learned: see "
                 "tlb/lookup")
      .designs("tlb")
      .repeatable()
      .comparable()
      .axis("accesses", {100, 1000, 10000, 100000}, 1000)
      .tag("reference");
  registry.benchmark("tlb/fill")
      .summary("fills of drawn pages, most of which are there already")
      .op("one fill, with the load of its PA from a flat array")
      .fooled_by("no set is contended and nobody else writes: the lock of a shared TLB is free")
      .designs("tlb")
      .repeatable()
      .axis("pages", {64, 1000, 10000, 100000}, 1000);
}

void declare_flush(bench::Registry &registry) {
  registry.benchmark("tlb/flush")
      .summary("flushes in a row: of all, of an ASID, of a page, of the 512 pages of 2 MiB")
      .op("one flush")
      .fooled_by("a flush by a new context id empties the table when ids run out, at the cost of "
                 "many flushes: that is in the mean, and in worst_flush_ns")
      .fooled_by("worst_flush_ns is by a clock of 25 ns, and has an interrupt in it now and then")
      .fooled_by("after the first flush there is nothing to flush, of pages as of all; a table "
                 "that is emptied takes the same time then")
      .designs("tlb")
      .repeatable()
      .axis_all("kind", {"all", "asid", "page", "range"})
      .axis("entries", {64, 1024, 4096, 65536, 1048576}, 4096)
      .metric("worst_flush_ns", "ns", bench::Better::lower, bench::Scope::once, bench::Merge::max)
      .metric("clears", "1")
      .headline();
}

void declare_concurrent(bench::Registry &registry) {
  registry.benchmark("tlb/concurrent")
      .summary("one thread looks up what another one fills all the time: two pages that share one "
               "set, or 1000 pages. What is found must have been made for the page")
      .op("one lookup")
      .fooled_by("the time is that of cache lines on their way between two cores, and of waking "
                 "the writer: code matters little")
      .fooled_by("with many sets halves of two entries hardly ever meet: sets=one finds them")
      .fooled_by("instructions are counted in a forked process, where the two take turns")
      .fooled_by("a process with one CPU has its threads take turns: nothing races")
      .designs("tlb")
      .repeatable()
      .tag("no_naive")
      .axis_all("sets", {"one", "many"})
      .metric("wrong", "1", bench::Better::lower, bench::Scope::once, bench::Merge::sum)
      .metric("hit_rate", "1", bench::Better::neither)
      .metric("fills_per_s", "1/s", bench::Better::higher)
      .headline();
}

} // namespace

void declare_benches_miss(bench::Registry &registry) {
  declare_passes(registry);
  declare_flush(registry);
  declare_concurrent(registry);
}

} // namespace vmperf::tlb
