// mimalloc, loaded at run time and called through function pointers, as every user of a shared
// library calls it.
#include "mimalloc.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "allocator.hpp"
#include "vmperf/alloc/api.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/gc/api.hpp"
#include "vmperf/gc/mutators/manual_space.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/many.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::peers {
namespace {

// Before 2.1 a block of 1 KiB aligned to its size may not be: Debian's 2.0.9 does so.
constexpr int kAligned = 210;

std::string version_text(int version) {
  const int base = version >= 10000 ? 100 : 10; // 3.4.3 is 30403, or 343 in older releases
  return std::to_string(version / base / base) + "." + std::to_string(version / base % base) + "." +
         std::to_string(version % base);
}

void take(Symbols &from, Mimalloc &api) {
  int (*version)() = nullptr;
  take_face(from, "mi_", api.face);
  from.take("mi_collect", api.collect);
  from.take("mi_version", version);
  api.version = version != nullptr ? version_text(version()) : "";
  api.face.version = api.version;
  if (version != nullptr && version() < kAligned) {
    api.face.aligned_alloc = nullptr;
  }
}

Recipe<Mimalloc> recipe(std::vector<std::string> names, std::string remedy) {
  remedy += ", or name its directory in VMPERF_PEER_PATH";
  return {
      .names = std::move(names), .what = "libmimalloc", .remedy = std::move(remedy), .take = take};
}

class Pool {
public:
  Pool(std::size_t item_bytes, std::size_t /*capacity*/)
      : malloc_(mimalloc().require().face.malloc), free_(mimalloc().require().face.free),
        item_bytes_(item_bytes) {}
  void *allocate() { return malloc_(item_bytes_); }
  void deallocate(void *item) { free_(item); }

private:
  void *(*malloc_)(std::size_t);
  void (*free_)(void *);
  std::size_t item_bytes_;
};

alloc::FoundFace open(const std::string & /*name*/) {
  alloc::FoundFace found = open_library(mimalloc());
  found.face.purge = [] { mimalloc().require().collect(true); };
  return found;
}

alloc::FoundFace open2(const std::string & /*name*/) {
  alloc::FoundFace found = open_library(mimalloc2());
  found.face.purge = [] { mimalloc2().require().collect(true); };
  return found;
}

std::unique_ptr<gc::Machine> machine(const gc::SpaceSettings &settings, std::string_view program,
                                     const gc::ProgramSettings &demand) {
  const auto space = [](const gc::SpaceSettings & /*of*/) {
    const alloc::Face &face = mimalloc().require().face;
    return std::make_unique<gc::ManualSpace>(face.malloc, face.free);
  };
  return gc::machine_on<gc::ManualSpace>(space, settings, program, demand);
}

} // namespace

const Library<Mimalloc> &mimalloc() {
  static const Library<Mimalloc> found(recipe(
      {"libmimalloc.so.3", "libmimalloc.so", "libmimalloc.so.2"}, "pip install cmeel-mimalloc"));
  return found;
}

const Library<Mimalloc> &mimalloc2() {
  static const Library<Mimalloc> found(
      recipe({"libmimalloc.so.2"}, "install Debian's libmimalloc2.0"));
  return found;
}

void declare_mimalloc(bench::Registry &registry) {
  pool::add_pool_design<Pool>(registry, "mimalloc",
                              "mi_malloc and mi_free of a library loaded at run time: through a "
                              "pointer, so compare with stack_indirect too")
      .peer()
      .runs("pool/shared", pool::shared_maker<Pool>())
      .runs("pool/many", pool::many_maker<Pool>())
      .available([] { return mimalloc().probe(); });
  alloc::add_alloc_design(registry, {.name = "mimalloc",
                                     .summary = "mi_malloc of the newest mimalloc found",
                                     .peer = true,
                                     .open = open});
  alloc::add_alloc_design(registry, {.name = "mimalloc2",
                                     .summary = "mi_malloc of mimalloc 2, beside the newest",
                                     .peer = true,
                                     .open = open2});
  gc::add_gc_design(registry, {.name = "mimalloc",
                               .summary = "mi_malloc and mi_free: no collector",
                               .collects = false,
                               .make = machine})
      .peer()
      .available([] { return mimalloc().probe(); });
}

} // namespace vmperf::peers
