// The project's own collectors as designs, each with its barrier; each is an instantiation of all
// programs.
#include <memory>
#include <string>
#include <string_view>

#include "vmperf/gc/api.hpp"
#include "vmperf/gc/mutators/heap_space.hpp"

namespace vmperf::gc {
namespace {

template <CollectorKind kCollector, BarrierKind kBarrier>
std::unique_ptr<Machine> make(const SpaceSettings &settings, std::string_view program,
                              const ProgramSettings &demand) {
  using S = HeapSpace<Policy<kCollector, kBarrier>>;
  const auto space = [](const SpaceSettings &of) {
    Options options;
    options.collector = collector_names()[static_cast<std::size_t>(kCollector)];
    options.barrier = barrier_names()[static_cast<std::size_t>(kBarrier)];
    options.heap_bytes = of.heap_bytes;
    options.nursery_bytes = of.nursery_bytes;
    options.verify = of.verify;
    options.stress = of.stress;
    options.pause_target_ms = of.pause_target_ms;
    options.tenure = of.tenure;
    options.workers = of.workers;
    options.pacer = of.pacer;
    check(options);
    return std::make_unique<S>(options);
  };
  return machine_on<S>(space, settings, program, demand);
}

template <CollectorKind kCollector, BarrierKind kBarrier>
void add(bench::Registry &registry, const char *name, const char *summary) {
  add_gc_design(registry, {.name = name,
                           .summary = summary,
                           .collects = true,
                           .make = make<kCollector, kBarrier>,
                           .own = true,
                           .collector = kCollector,
                           .barrier = kBarrier});
}

} // namespace

void declare_designs_heap(bench::Registry &registry) {
  using C = CollectorKind;
  using B = BarrierKind;
  add<C::gen_immix, B::object_log>(registry, "gen-immix",
                                   "copying nursery before mark-region old space; an object is "
                                   "logged at its first store");
  add<C::gen_immix, B::range_ssb>(registry, "gen-immix-range",
                                  "the same; addresses of fields with young references are kept");
  add<C::gen_immix, B::card_cond>(registry, "gen-immix-card",
                                  "the same; cards, tested before they are marked");
  add<C::gen_immix, B::field_log>(registry, "gen-immix-field",
                                  "the same; a field is logged at its first store");
  add<C::gen_immix, B::object_log_atomic>(registry, "gen-immix-atomic",
                                          "the same; objects logged by compare and swap");
  add<C::sticky_immix, B::object_log>(registry, "sticky-immix",
                                      "mark-region, generations by marks that stay");
  add<C::immix, B::none>(registry, "immix", "mark-region with lines and evacuation");
  add<C::mark_sweep, B::none>(registry, "mark-sweep", "free cells by size, mark and sweep");
  add<C::semispace, B::none>(registry, "semispace", "two halves, survivors copied to the other");
}

} // namespace vmperf::gc
