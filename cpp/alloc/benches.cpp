// The benchmarks of allocators with one thread. Designs: designs*.cpp here and files of peers.
#include "benches.hpp"

namespace vmperf::alloc {
namespace {

constexpr const char *kAddresses = "addresses are in it, which the allocator chooses";

void declare_small(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/small"))
      .summary("allocate `batch` small blocks in a row; they are freed outside the timed region")
      .op("one allocation")
      .fooled_by("blocks that were freed are allocated again: nothing grows, no page is new")
      .fooled_by("blocks are neither written nor read: an allocator that reads its free list in "
                 "them pays for the miss that the program would have had")
      .repeatable()
      .axis("size_bytes", {8, 16, 32, 64, 128, 256}, 64)
      .axis("batch", {100, 1000, 10000}, 1000)
      .tag("reference");
}

void declare_cycle(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/cycle"))
      .summary("allocate and free one small block, again and again")
      .headline()
      .op("one allocation and its deallocation")
      .fooled_by("the same block every time: every allocator at its best; see alloc/pattern")
      .varies(kAddresses)
      .axis("size_bytes", {8, 16, 32, 64, 128, 256}, 64)
      .axis("touch", {"none", "first", "all"}, "none")
      .tag("reference");
}

void declare_large(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/large"))
      .summary("allocate and free one block of 1 KiB to 1 MiB, its first word written")
      .op("one allocation and its deallocation")
      .fooled_by("one block at a time: what is kept of freed ones is enough. With several live, "
                 "alloc/throughput; with all pages written, touch=pages")
      .fooled_by("an allocator that keeps large blocks holds their memory: see rss and faults")
      .varies(kAddresses)
      .axis("size_bytes", {1024, 4096, 16384, 65536, 262144, 1048576}, 16384)
      .axis("touch", {"none", "first", "pages", "all"}, "first")
      .tag("reference");
}

void declare_zeroed(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/zeroed"))
      .summary("allocate a zeroed block by calloc, read a word of each of its pages, write its "
               "first word (touch=pages: one of each page), free it")
      .op("one calloc, its pages read, and the deallocation")
      .fooled_by("pages that were only read are the kernel's one page of zeros: an allocator that "
                 "takes fresh ones each time pays a fault for each page, which is why all are read")
      .repeatable()
      .axis("size_bytes", {4096, 65536, 1048576}, 65536)
      .axis("touch", {"first", "pages"}, "first");
}

void declare_throughput(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/throughput"))
      .summary("a batch of allocations, then a batch of deallocations, of one size")
      .headline()
      .op("one allocation and one deallocation")
      .fooled_by("the same order of deallocation in every batch, over the same blocks")
      .fooled_by("one size and one lifetime: see alloc/pattern")
      .varies(kAddresses)
      .axis("size_bytes", {8, 64, 256}, 64)
      .axis("batch", {8, 100, 1000, 10000}, 100)
      .axis("order", {"fifo", "lifo", "random"}, "fifo")
      .axis("touch", {"none", "first", "pages", "all"}, "first")
      .tag("reference");
}

void declare_pattern(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/pattern"))
      .summary("blocks of drawn sizes, first words written. reuse: freed at once, over `live` that "
               "stay. sequential, random: the oldest, or any, of `live` is replaced. burst: `live` "
               "allocated, then freed in any order. interleaved: two allocations to one free up to "
               "`live`, then the rest. fragmented: 7 of 8 small ones freed, then larger ones")
      .headline()
      .op("one allocation and one deallocation")
      .fooled_by("sizes and places are drawn beforehand and replayed; to load them is part of the "
                 "op, for every design alike")
      .fooled_by("burst, interleaved and fragmented go in rounds of `live`; a run of fewer ops is "
                 "one round of those")
      .fooled_by("one word of a block is written: a program writes more, and hides more of the "
                 "allocator's misses")
      .varies(kAddresses)
      .axis("pattern", {"reuse", "sequential", "random", "burst", "interleaved", "fragmented"},
            "random")
      .axis("live", {1000, 10000, 100000}, 1000)
      .axis("sizes", {"8-256", "64", "16-512", "512-4096"}, "8-256")
      .metric("usable_ratio", "1", bench::Better::lower);
}

void declare_latency(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/latency"))
      .summary("one call alone, stamped: malloc (or free) of one size, over `live` blocks of which "
               "one at random is replaced; the block is written outside the stamps")
      .op("one call")
      .fooled_by("p99.99 and the maximum are the machine's: they stand in the rows null and "
                 "null_allocator too")
      .fooled_by("two stamps take 20 to 40 ns, which are in every figure: see null")
      .varies(kAddresses)
      .latency()
      .axis("size_bytes", {8, 256, 4096}, 256)
      .axis("live", {1000, 10000, 100000}, 10000)
      .axis("call", {"malloc", "free"}, "malloc");
}

} // namespace

void declare_benches(bench::Registry &registry) {
  declare_small(registry);
  declare_cycle(registry);
  declare_large(registry);
  declare_zeroed(registry);
  declare_throughput(registry);
  declare_pattern(registry);
  declare_latency(registry);
}

} // namespace vmperf::alloc
