// The benchmarks of whole programs on a heap; benches_pauses.cpp has those of single collections.
#include "benches.hpp"

namespace vmperf::gc {
namespace {

constexpr const char *kThreads =
    "a collector may have threads, which the forked child of a count has not";
constexpr const char *kGoesOn = "a program goes on from where it was";

} // namespace

bench::Benchmark &with_heap_figures(bench::Benchmark &benchmark) {
  return benchmark.designs("gc")
      .uncounted(kThreads)
      .isolated()
      .metric("heap_limit_bytes", "B")
      .metric("collections", "1", bench::Better::neither, bench::Scope::once, bench::Merge::min);
}

bench::Benchmark &with_pauses(bench::Benchmark &benchmark) {
  constexpr auto kLower = bench::Better::lower;
  return with_heap_figures(benchmark)
      .distribution("pause", "ns")
      .metric("survival", "1")
      .metric("promoted_bytes", "B", kLower)
      .metric("paused_ratio", "1", kLower)
      .metric("min_utilisation_10ms", "1", bench::Better::higher)
      .series("min_utilisation", "ms", "1")
      .series("pauses", "ms", "ms");
}

namespace {
bench::Benchmark &program(bench::Benchmark &benchmark) {
  return with_pauses(benchmark)
      .metric("object_ns", "ns", bench::Better::lower)
      .varies(kGoesOn)
      .fooled_by("a heap so large that nothing is collected: fewer than 10 collections void a row")
      .fooled_by("heaps of different sizes: heap_limit_bytes and rss_peak_bytes stand in each row");
}
} // namespace

void declare_benches(bench::Registry &registry) {
  program(registry.benchmark("gc/binary_trees"))
      .summary("trees of depth 4, 6, ... `depth` built, walked and dropped beside a long-lived one")
      .op("all trees once: as many nodes of each depth; object_ns is per node")
      .headline()
      .axis("depth", {8, 10, 12, 14, 16, 18}, 12)
      .axis("heap_kib", {1024, 2048, 4096, 16384, 65536, 262144}, 2048)
      .axis("nursery_kib", {128, 512, 1024, 2048, 4096, 32768}, 512);
  program(registry.benchmark("gc/gcbench"))
      .summary("trees built from the leaves and from the root, beside a long-lived tree and array")
      .op("all trees once; object_ns is per node")
      .axis("depth", {8, 10, 12, 14, 16}, 10)
      .axis("heap_kib", {4096, 16384, 65536, 262144}, 4096)
      .axis("nursery_kib", {512, 1024, 2048, 4096, 32768}, 1024);
  program(registry.benchmark("gc/allocation_rate"))
      .summary("byte arrays of 64 B, 1 KiB or 64 KiB that die at once")
      .op("1000 objects, each stamped and read; object_ns is per object")
      .headline()
      .axis("objects", {"small", "medium", "large"}, "small")
      .axis("heap_kib", {2048, 16384, 65536}, 2048)
      .axis("nursery_kib", {512, 1024, 4096}, 512);
  program(registry.benchmark("gc/survival"))
      .summary(
          "objects of 16 to 512 bytes, a share of which replaces one of `live` long-lived ones")
      .op("1000 objects")
      .axis("live", {1000, 10000, 100000}, 1000)
      .axis("long_lived_percent", {1, 10, 50}, 10)
      .axis("heap_kib", {2048, 16384, 65536}, 2048);
  program(registry.benchmark("gc/promotion"))
      .summary("a ring of messages of 512 bytes: each lives as long as the ring is")
      .op("1000 messages")
      .axis("messages", {100, 1000, 10000}, 1000)
      .axis("heap_kib", {2048, 4096, 16384, 65536}, 4096);
  program(registry.benchmark("gc/mixed"))
      .summary("other programs: a cache, a graph, growing texts, lists, a huge array, messages")
      .op("1000 rounds of the program, or one list")
      .axis("program",
            {"cache", "mesh", "strings", "deep_list", "random_graph", "huge_array", "messages"},
            "cache")
      .axis("heap_kib", {16384, 65536}, 16384);
  program(registry.benchmark("gc/pressure"))
      .summary("10 000 long-lived objects of 128 bytes in a heap that leaves much, some, little")
      .op("1000 objects, three of ten of them replace a long-lived one")
      .axis("pressure", {"low", "medium", "high"}, "medium");
  program(registry.benchmark("gc/frequency"))
      .summary("frequent small against infrequent large collections: by nursery and heap")
      .op("1000 objects")
      .axis("live", {1000, 10000}, 1000)
      .axis("long_lived_percent", {1, 10}, 10)
      .axis("nursery_kib", {128, 512, 2048, 8192}, 512)
      .axis("heap_kib", {2048, 16384, 65536}, 2048);
}

} // namespace vmperf::gc
