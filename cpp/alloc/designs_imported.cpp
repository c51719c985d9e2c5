// A user's library as a design (NAME=PATH): malloc and free, and what else of the face it has.
#include <map>
#include <string>
#include <utility>

#include "vmperf/alloc/api.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

// A source has no state of its own, so the faces stand here. Entered by one thread, before use.
std::map<std::string, Face> &imported() {
  static std::map<std::string, Face> faces;
  return faces;
}

template <class F> void take(void *address, F *&function) {
  function = reinterpret_cast<F *>(address);
}

FoundFace open(const std::string &name) {
  return {.face = imported().at(name), .reason = {}};
}

bench::Design &enter(bench::Registry &registry, std::string name, std::string summary,
                     std::span<void *const> functions) {
  Face face;
  take(functions[0], face.malloc);
  take(functions[1], face.free);
  take(functions[2], face.calloc);
  take(functions[3], face.realloc);
  take(functions[4], face.aligned_alloc);
  take(functions[5], face.usable_size);
  imported().insert_or_assign(name, face);
  return add_alloc_design(registry,
                          {.name = std::move(name), .summary = std::move(summary), .open = open});
}

} // namespace

void declare_designs_imported(bench::Registry &registry) {
  registry.importer("alloc", {"malloc", "free"}, enter,
                    {"calloc", "realloc", "aligned_alloc", "malloc_usable_size"});
}

} // namespace vmperf::alloc
