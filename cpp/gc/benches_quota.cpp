// The benchmarks of pause targets: how many pauses hold one, and how soon after a change.
#include "benches.hpp"

namespace vmperf::gc {
namespace {

bench::Benchmark &targets(bench::Benchmark &benchmark) {
  constexpr auto kHigher = bench::Better::higher;
  constexpr auto kLower = bench::Better::lower;
  return with_heap_figures(benchmark)
      .distribution("pause", "ns")
      .distribution("pause_corrected", "ns")
      .metric("held_ratio", "1", kHigher)
      .metric("held_corrected_ratio", "1", kHigher)
      .metric("interrupted_pauses", "1")
      .metric("marked_cycles", "1")
      .metric("last_resorts", "1", kLower)
      .metric("paused_ratio", "1", kLower)
      .metric("min_utilisation_10ms", "1", kHigher)
      .metric("min_utilisation_10ms_corrected", "1", kHigher)
      .varies("a program goes on from where it was")
      .fooled_by("a heap so large that nothing is marked: marked_cycles stands in each row")
      .fooled_by("a machine that is busy otherwise: pauses without what interrupted them stand "
                 "beside, of collectors that can tell")
      .fooled_by("all but gen-immix and gen-immix-atomic know no target: they mark in one pause");
}

} // namespace

void declare_benches_quota(bench::Registry &registry) {
  targets(registry.benchmark("gc/quota"))
      .summary("pauses within 1.05 times a target, of programs whose marking takes longer")
      .op("all trees once, or 500 000 objects of churn")
      .axis("target_ms", {1, 5, 10, 50}, 5)
      .axis("program", {"binary_trees", "gcbench", "churn"}, "gcbench")
      .axis("heap_kib", {98304, 131072}, 98304);
  targets(registry.benchmark("gc/quota_convergence"))
      .summary("collections until pauses hold the target again, when ten times as much survives")
      .op("a dozen nurseries of objects of which 8 % live on, and a dozen of which 80 % do")
      .metric("shifts", "1")
      .metric("cycles_to_target", "1", bench::Better::lower)
      .axis("target_ms", {1, 5}, 1)
      .axis("heap_kib", {131072}, 131072);
}

} // namespace vmperf::gc
