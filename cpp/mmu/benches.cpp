// The benchmarks of walks, misses and nested walks. Designs: designs*.cpp here, and peers.
#include "vmperf/bench/registry.hpp"

namespace vmperf::mmu {
namespace {

bench::Benchmark &with_pages(bench::Benchmark &benchmark) {
  return benchmark
      .axis("format", {"x86-64-4", "x86-64-5", "sv39", "sv48", "sv57", "aarch64-4k"}, "x86-64-4")
      .axis("pages", {100, 1000, 10000, 100000}, 1000)
      .axis("pattern", {"sequential", "strided", "random"}, "random")
      .comparable()
      .repeatable();
}

void declare_walks(bench::Registry &registry) {
  with_pages(registry.benchmark("mmu/walk"))
      .summary("translate addresses of `pages` pages by their table, one call each; dependent: the "
               "next address is known when this one is translated")
      .op("one address")
      .fooled_by("each page in turn and then again: a table of 1000 pages is in the first caches")
      .fooled_by("accessed and dirty bits are set before: mmu/miss has them clear")
      .designs("mmu")
      .axis("mode", {"throughput", "dependent"}, "throughput");
  with_pages(registry.benchmark("mmu/walk_batch"))
      .summary("translate 1024 addresses of `pages` pages a call")
      .headline()
      .op("one address of a call")
      .fooled_by(
          "the walk cache holds all tables: 512 entries cover 1 GiB, 100000 pages are 391 MiB")
      .fooled_by("pages of 4 KiB alone, which batches are quickest with")
      .designs("mmu");
}

void declare_miss(bench::Registry &registry) {
  registry.benchmark("mmu/miss")
      .summary(
          "look up a page that the TLB of 4096 entries has not: walk, checks, fill. dependent: "
          "one at a time; batched: 1000 a call. marks=clear: each is a store that sets A and D")
      .headline()
      .op("one miss")
      .fooled_by("with few pages a set-associative TLB or a victim TLB hits: see miss_ratio")
      .fooled_by("marks=clear makes the table anew before each batch, which warms its entries")
      .designs("mmu-miss")
      .axis("mode", {"dependent", "batched"}, "dependent")
      .axis("pages", {16384, 65536}, 16384)
      .axis("marks", {"set", "clear"}, "set")
      .comparable()
      .repeatable()
      .metric("miss_ratio", "1");
}

void declare_nested(bench::Registry &registry) {
  registry.benchmark("mmu/nested")
      .summary("translate addresses of `pages` pages by a guest's table in guest-physical memory, "
               "which a second table maps: 24 entries without caches")
      .op("one address")
      .fooled_by("a nested TLB of 1024 entries holds 1000 pages, and not 10000")
      .designs("mmu-nested")
      .axis("pages", {100, 1000, 10000}, 1000)
      .comparable()
      .repeatable();
}

} // namespace

void declare_benches(bench::Registry &registry) {
  declare_walks(registry);
  declare_miss(registry);
  declare_nested(registry);
}

} // namespace vmperf::mmu
