// mimalloc, loaded at run time and called through function pointers, as every user of a shared
// library calls it. Version 3 comes first: from the Python package cmeel-mimalloc, else from the
// system; an older one is taken where there is no other, and its version is said. Source:
// microsoft/mimalloc, include/mimalloc.h (mi_malloc, mi_free, mi_version).
#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "peers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/dynlib.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::peers {
namespace {

constexpr const char *kHowToGet =
    "libmimalloc was not found: pip install cmeel-mimalloc, or name its directory in "
    "VMPERF_PEER_PATH";

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

// The library stays loaded: items of it may be live anywhere. Not finding it is not remembered, as
// directories may be added later.
const Api *find_api() {
  static std::mutex mutex;
  static std::optional<os::DynLib> library;
  static std::optional<Api> api;
  const std::scoped_lock lock(mutex);
  if (!api) {
    const std::array<std::string, 3> names = {
        "libmimalloc.so.3",
        "libmimalloc.so",
        "libmimalloc.so.2",
    };
    library = os::DynLib::open_first(names);
    if (!library) {
      return nullptr;
    }
    auto *malloc = library->function<void *(std::size_t)>("mi_malloc");
    auto *free = library->function<void(void *)>("mi_free");
    auto *version = library->function<int()>("mi_version");
    if (malloc == nullptr || free == nullptr || version == nullptr) {
      return nullptr;
    }
    api = Api{.malloc = malloc, .free = free, .version = version_text(version())};
  }
  return &*api;
}

const Api &require_api() {
  const Api *api = find_api();
  if (api == nullptr) {
    throw UnsupportedError(kHowToGet);
  }
  return *api;
}

class Mimalloc {
public:
  Mimalloc(std::size_t item_bytes, std::size_t /*capacity*/)
      : malloc_(require_api().malloc), free_(require_api().free), item_bytes_(item_bytes) {}
  void *allocate() { return malloc_(item_bytes_); }
  void deallocate(void *item) { free_(item); }

private:
  void *(*malloc_)(std::size_t);
  void (*free_)(void *);
  std::size_t item_bytes_;
};

bench::Availability probe() {
  const Api *api = find_api();
  if (api == nullptr) {
    return {.status = bench::Status::not_installed, .reason = kHowToGet, .version = ""};
  }
  return {.status = bench::Status::ok, .reason = "", .version = api->version};
}

} // namespace

void declare_mimalloc(bench::Registry &registry) {
  pool::add_pool_design<Mimalloc>(
      registry, "mimalloc",
      "mi_malloc and mi_free of a library loaded at run time: through a "
      "pointer, so compare with stack_indirect too")
      .peer()
      .runs("pool/shared", pool::shared_maker<Mimalloc>())
      .available(probe);
}

} // namespace vmperf::peers
