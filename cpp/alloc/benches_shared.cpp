// The benchmarks of allocators with several threads, and of the memory that they hold.
#include "benches.hpp"
#include "vmperf/bench/command.hpp"

namespace vmperf::alloc {
namespace {

constexpr const char *kEach = "one allocation, its first word written, and one deallocation, that "
                              "word checked, by EACH thread: time is wall time until all are done";

bench::Benchmark &with_threads(bench::Benchmark &benchmark) {
  return over_allocators(benchmark)
      .fooled_by("more threads than CPUs take turns: such rows are labelled oversubscribed")
      .fooled_by("waking the threads is part of each batch of runs, some 10 us of it")
      .metric("held_bytes", "B", bench::Better::lower, bench::Scope::once, bench::Merge::max);
}

void declare_parallel(bench::Registry &registry) {
  with_threads(registry.benchmark("alloc/parallel"))
      .summary("`threads` threads at once, each allocates `batch` blocks and frees them")
      .op(kEach)
      .fooled_by("each thread frees its own: see alloc/remote_free")
      .repeatable()
      .axis("threads", {1, 2, 4, 8, 16}, 2)
      .axis("size_bytes", {64, 256, 4096}, 256)
      .axis("batch", {100, 1000, 10000}, 1000);
}

void declare_parallel_cycle(bench::Registry &registry) {
  with_threads(registry.benchmark("alloc/parallel_cycle"))
      .summary("`threads` threads at once, each allocates and frees one block, again and again")
      .op(kEach)
      .fooled_by("the same block every time: nothing leaves a thread's cache")
      .repeatable()
      .axis("threads", {1, 2, 4, 8, 16}, 2)
      .axis("size_bytes", {8, 64, 256}, 256);
}

void declare_remote_free(bench::Registry &registry) {
  with_threads(registry.benchmark("alloc/remote_free"))
      .summary(
          "blocks freed by another thread than allocated them. xmalloc: even threads hand batches "
          "of `batch` to odd ones. ring: the same, block by block through a ring, spinning. "
          "larson: each replaces blocks of a table at random, tables wander on. cache_scratch: "
          "neighbours of 8 bytes are handed out, freed, and blocks allocated there written 100 "
          "times. churn: a pool of `threads` threads is made, allocates 256 blocks each of `sizes` "
          "and ends; the caller frees them 8 pools later")
      .headline()
      .op("xmalloc, ring: one block handed over by each pair of threads. larson, cache_scratch: "
          "one "
          "replaced by each thread. churn: a whole pool")
      .fooled_by(
          "xmalloc and ring: of 64 blocks one is read by the thread that frees it; a program "
          "reads all, and pays the miss whatever the allocator")
      .fooled_by("an allocator that hoards what was handed over is fast: see held_bytes")
      .fooled_by("churn: most of the time is the kernel's, for making threads")
      .repeatable()
      .isolated()
      .uncounted("a forked child has one thread, and an op waits for the other")
      .axis("shape", {"xmalloc", "ring", "larson", "cache_scratch", "churn"}, "xmalloc")
      .axis("threads", {1, 2, 4, 8, 16}, 2)
      .axis("size_bytes", {64, 256, 4096}, 64)
      .axis("sizes", {"8-1000", "16-4096"}, "8-1000")
      .axis("batch", {100, 4096}, 4096);
}

void declare_rss(bench::Registry &registry) {
  over_allocators(registry.benchmark("alloc/rss"))
      .summary("200 000 blocks of 16 to 512 bytes, written; 7 of 8 freed; 30 000 of 600 to 3600 "
               "bytes on top; all freed; purged. Memory held after each step, beyond what the "
               "process had before")
      .op("the whole sequence")
      .fooled_by("time is mostly that of writing, and of page faults the first time")
      .fooled_by("figures of memory are of the first sequence in a process: later ones find what "
                 "that left")
      .fooled_by("purged is the least of 100 ms after the allocator was told to give memory back, "
                 "or was freed where it cannot be told")
      .repeatable()
      .isolated()
      .uncounted("an op is half a million allocations: to step through it takes minutes")
      .axis("work", {"seven_eighths"}, "seven_eighths")
      .metric("peak_held_bytes", "B", bench::Better::lower)
      .metric("sparse_held_bytes", "B", bench::Better::lower)
      .metric("grown_held_bytes", "B", bench::Better::lower)
      .metric("freed_held_bytes", "B", bench::Better::lower)
      .metric("purged_held_bytes", "B", bench::Better::lower)
      .metric("live_bytes", "B", bench::Better::neither)
      .metric("held_ratio", "1", bench::Better::lower);
}

void declare_program(bench::Registry &registry) {
  bench::declare_command_metrics(registry.benchmark("alloc/program"))
      .designs("alloc")
      .summary("a whole program, `cmd`, under each allocator: put before the C library's by "
               "LD_PRELOAD, in a process of its own. By default some of the interpreter's tests of "
               "json, every allocation by malloc (PYTHONMALLOC=malloc, which any program is given)")
      .op("one run of the program, which must exit with 0")
      .fooled_by("most of a program's time is its own: no allocator can win that; of the default's "
                 "it is the interpreter's start")
      .fooled_by("a statically linked program has the allocator that it has: all rows are alike")
      .fooled_by("peak memory is that of the program alone, not of its children; CPU time and page "
                 "faults count those that it waited for")
      .fooled_by("libc is the C library's allocator, without LD_PRELOAD")
      .varies("a program's output may say how long it took")
      .isolated()
      .uncounted("an op is a process of its own")
      .tag("no_naive")
      .axis("cmd",
            {"python3 -m unittest -q test.test_json.test_dump",
             "python3 -m unittest -q test.test_json"},
            "python3 -m unittest -q test.test_json.test_dump");
}

} // namespace

void declare_benches_shared(bench::Registry &registry) {
  declare_parallel(registry);
  declare_parallel_cycle(registry);
  declare_remote_free(registry);
  declare_rss(registry);
  declare_program(registry);
}

} // namespace vmperf::alloc
