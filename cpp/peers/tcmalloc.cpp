// tcmalloc of gperftools, the one with a cache per thread; google/tcmalloc, with a cache per
// CPU, is another library (given_allocators.cpp). Source: gperftools, src/gperftools/tcmalloc.h.
#include <string>

#include "allocator.hpp"
#include "vmperf/alloc/api.hpp"

namespace vmperf::peers {
namespace {

struct Tcmalloc {
  alloc::Face face;
  std::string version;
};

const Library<Tcmalloc> &library() {
  static const Library<Tcmalloc> found({
      .names = {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc_minimal.so"},
      .what = "libtcmalloc_minimal.so.4",
      .remedy = "install Debian's libtcmalloc-minimal4, or name its directory in VMPERF_PEER_PATH",
      .take =
          [](Symbols &from, Tcmalloc &api) {
            const char *(*version)(int *, int *, const char **) = nullptr;
            take_face(from, "tc_", api.face);
            from.take("tc_version", version);
            from.take("tc_memalign", api.face.aligned_alloc);
            api.face.purge = from.find_own<void()>("MallocExtension_ReleaseFreeMemory");
            api.face.version = version != nullptr ? version(nullptr, nullptr, nullptr) : "";
            api.version = api.face.version;
          },
  });
  return found;
}

alloc::FoundFace open(const std::string & /*name*/) {
  return open_library(library());
}

} // namespace

void declare_tcmalloc(bench::Registry &registry) {
  alloc::add_alloc_design(
      registry,
      {.name = "tcmalloc", .summary = "tc_malloc of gperftools", .peer = true, .open = open});
}

} // namespace vmperf::peers
