// mimalloc, loaded at run time and called through function pointers, as every user of a shared
// library calls it. Version 3 comes first: from the Python package cmeel-mimalloc, else from the
// system; an older one is taken where there is no other, and its version is said. Source:
// microsoft/mimalloc, include/mimalloc.h (mi_malloc, mi_free, mi_version).
#include <string>

#include "library.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/many.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::peers {
namespace {

struct Api {
  void *(*malloc)(std::size_t);
  void (*free)(void *);
  std::string version;
};

std::string version_text(int version) {
  const int base = version >= 10000 ? 100 : 10; // 3.4.3 is 30403, or 343 in older releases
  return std::to_string(version / base / base) + "." + std::to_string(version / base % base) + "." +
         std::to_string(version % base);
}

const Library<Api> &library() {
  static const Library<Api> found({
      .names = {"libmimalloc.so.3", "libmimalloc.so", "libmimalloc.so.2"},
      .what = "libmimalloc",
      .remedy = "pip install cmeel-mimalloc, or name its directory in VMPERF_PEER_PATH",
      .take =
          [](Symbols &from, Api &api) {
            int (*version)() = nullptr;
            from.take("mi_malloc", api.malloc);
            from.take("mi_free", api.free);
            from.take("mi_version", version);
            api.version = version != nullptr ? version_text(version()) : "";
          },
  });
  return found;
}

class Mimalloc {
public:
  Mimalloc(std::size_t item_bytes, std::size_t /*capacity*/)
      : malloc_(library().require().malloc), free_(library().require().free),
        item_bytes_(item_bytes) {}
  void *allocate() { return malloc_(item_bytes_); }
  void deallocate(void *item) { free_(item); }

private:
  void *(*malloc_)(std::size_t);
  void (*free_)(void *);
  std::size_t item_bytes_;
};

} // namespace

void declare_mimalloc(bench::Registry &registry) {
  pool::add_pool_design<Mimalloc>(
      registry, "mimalloc",
      "mi_malloc and mi_free of a library loaded at run time: through a "
      "pointer, so compare with stack_indirect too")
      .peer()
      .runs("pool/shared", pool::shared_maker<Mimalloc>())
      .runs("pool/many", pool::many_maker<Mimalloc>())
      .available([] { return library().probe(); });
}

} // namespace vmperf::peers
