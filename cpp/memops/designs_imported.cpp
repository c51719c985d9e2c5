// A user's memcpy as a design of the copy benchmarks: called through a pointer, as every user of a
// shared library calls it.
#include <span>
#include <string>
#include <utility>

#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"

namespace vmperf::memops {
namespace {

bench::Design &enter(bench::Registry &registry, std::string name, std::string summary,
                     std::span<void *const> functions) {
  auto *copier = reinterpret_cast<Ops::Copy *>(functions[0]);
  return add_copy_design(registry, std::move(name), std::move(summary),
                         Indirect<Ops::Copy>(copier));
}

} // namespace

void declare_designs_imported(bench::Registry &registry) {
  registry.importer("memops", {"memcpy"}, enter);
}

} // namespace vmperf::memops
