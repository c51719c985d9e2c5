// The benchmarks of the first level that hit: lookups, arrays, what counting them costs.
#include "first_level_design.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api/counted_workload.hpp"
#include "vmperf/tlb/direct_tlb.hpp"

namespace vmperf::tlb {
namespace {

void declare_lookup(bench::Registry &registry) {
  registry.benchmark("tlb/lookup")
      .summary("hits on `pages` drawn pages, permission checked, in a table with room for all of "
               "them (4096 entries at least). mode=throughput: each for itself; dependent: each at "
               "the address that the last one gave")
      .op("one lookup")
      .fooled_by("neighbouring pages in a direct-mapped table: no conflict, so no miss; see "
                 "tlb/policy for those")
      .fooled_by("addresses are read from an array of 32 KiB or more, which is a part of an op, "
                 "and replayed; a hash map of few pages has its branches learned")
      .fooled_by("nobody writes meanwhile: see tlb/concurrent")
      .designs("tlb")
      .headline()
      .repeatable()
      .comparable()
      .axis("pages", {64, 1000, 10000, 100000}, 1000)
      .axis_all("mode", {"throughput", "dependent"})
      .tag("reference");
}

bench::Benchmark &with_arrays(bench::Benchmark &benchmark) {
  return benchmark.designs("tlb")
      .repeatable()
      .axis("batch", {10, 100, 1000}, 1000)
      .axis("pages", {1000, 10000, 100000}, 1000)
      .axis_all("pattern", {"random", "runs"})
      .tag("reference");
}

void declare_arrays(bench::Registry &registry) {
  with_arrays(registry.benchmark("tlb/batch"))
      .summary("arrays of `batch` addresses, all hits, translated by one call each; random pages, "
               "or runs of 64 addresses on one page")
      .op("one address of an array")
      .fooled_by("hash maps have no batch: their loop is tlb/individual")
      .fooled_by("16384 addresses are replayed; output lands where it did before")
      .tag("no_naive")
      .headline();
  with_arrays(registry.benchmark("tlb/individual"))
      .summary("the same arrays as tlb/batch, by a lookup for each address")
      .op("one address of an array")
      .fooled_by("fault codes are written as tlb/batch writes them");
}

void declare_stats(bench::Registry &registry) {
  registry.benchmark("tlb/stats_overhead")
      .summary("hits on 1000 pages: as they are, with nothing counted; and with the user's own "
               "count of hits")
      .op("one lookup")
      .fooled_by("the count lies in the loop's register where nobody else reads it: count=memory "
                 "has it where another thread can")
      .repeatable()
      .tag("no_naive")
      .axis("pages", {1000}, 1000)
      .design("none", "hits are not counted: misses, fills, evictions and flushes are",
              bench_counted<Counting::none>())
      .design("register", "a count of hits in the loop", bench_counted<Counting::in_register>())
      .design("memory", "a relaxed atomic count that others can read",
              bench_counted<Counting::in_memory>());
}

} // namespace

void declare_benches(bench::Registry &registry) {
  declare_lookup(registry);
  declare_arrays(registry);
  declare_stats(registry);
}

} // namespace vmperf::tlb
