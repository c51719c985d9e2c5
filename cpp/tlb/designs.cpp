// The first levels as designs.
#include "first_level_design.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api.hpp"
#include "vmperf/tlb/api/concurrent_workload.hpp"
#include "vmperf/tlb/api/flush_workload.hpp"
#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/ways_tlb.hpp"

namespace vmperf::tlb {
namespace {

template <class Tlb>
bench::Design &add(bench::Registry &registry, const char *name, const char *summary) {
  using D = FirstLevelDesign<Tlb>;
  bench::Design &design = add_tlb_design<D>(registry, name, summary)
                              .runs("tlb/batch", tlb_maker<BatchWorkload, D>())
                              .runs("tlb/flush", tlb_maker<FlushWorkload, D>());
  if constexpr (Tlb::kShared) {
    design.runs("tlb/concurrent", tlb_maker<ConcurrentWorkload, D>());
  }
  return design;
}

bench::Availability probe_wide() {
  if (wide_is_atomic()) {
    return {.status = bench::Status::ok, .reason = "", .version = ""};
  }
  return {.status = bench::Status::unsupported,
          .reason = "this CPU does not promise to read 16 bytes at once",
          .version = ""};
}

} // namespace

void declare_designs(bench::Registry &registry) {
  add<DirectTlb<PackedEntry<>>>(registry, "packed",
                                "direct-mapped, an entry in one 64-bit word, read at once");
  add<DirectTlb<WideEntry>>(registry, "atomic16",
                            "direct-mapped, an entry of 16 bytes, read by one vector load")
      .available(probe_wide);
  add<DirectTlb<SeqlockEntry>>(registry, "seqlock",
                               "direct-mapped, an entry behind a sequence count");
  add<WaysTlb<4>>(registry, "ways4", "4 ways of packed words, half a cache line a set");
  add<WaysTlb<8>>(registry, "ways8", "8 ways of packed words, a cache line a set");
  add<DirectTlb<PrivateEntry>>(registry, "private",
                               "direct-mapped, two plain words an entry: for one thread alone");
}

} // namespace vmperf::tlb
