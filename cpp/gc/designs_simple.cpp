// What one has without this project: malloc and free, and the collector that one writes at once.
#include <cstdlib>
#include <memory>

#include "vmperf/gc/api.hpp"
#include "vmperf/gc/mutators/manual_space.hpp"
#include "vmperf/gc/mutators/naive_space.hpp"

namespace vmperf::gc {
namespace {

std::unique_ptr<Machine> naive(const SpaceSettings &settings, std::string_view program,
                               const ProgramSettings &demand) {
  const auto make = [](const SpaceSettings &of) { return std::make_unique<NaiveSpace>(of); };
  return machine_on<NaiveSpace>(make, settings, program, demand);
}

std::unique_ptr<Machine> libc(const SpaceSettings &settings, std::string_view program,
                              const ProgramSettings &demand) {
  const auto make = [](const SpaceSettings & /*of*/) {
    return std::make_unique<ManualSpace>(std::malloc, std::free);
  };
  return machine_on<ManualSpace>(make, settings, program, demand);
}

} // namespace

void declare_designs_simple(bench::Registry &registry) {
  add_gc_design(registry, {.name = "naive",
                           .summary = "malloc for each object, a list of all, mark and free",
                           .collects = true,
                           .make = naive});
  add_gc_design(registry, {.name = "libc",
                           .summary = "malloc and free of the C library: no collector",
                           .collects = false,
                           .make = libc})
      .peer();
}

} // namespace vmperf::gc
