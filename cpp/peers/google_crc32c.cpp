// Google's crc32c, loaded at run time and called through a pointer: from the Python package
// google-crc32c, which brings the library, else from the system. Source: google/crc32c,
// include/crc32c/crc32c.h.
#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "peers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/api/crc_workload.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::peers {
namespace {

constexpr const char *kHowToGet =
    "libcrc32c was not found: pip install google-crc32c, or name its directory in "
    "VMPERF_PEER_PATH";

using Extend = std::uint32_t(std::uint32_t, const std::uint8_t *, std::size_t);

struct Api {
  Extend *extend;
  std::string version; ///< the file's name is all that tells
};

// Not finding it is not remembered, as directories may be added later.
const Api *find_api() {
  static std::mutex mutex;
  static std::optional<os::DynLib> library;
  static std::optional<Api> api;
  const std::scoped_lock lock(mutex);
  if (!api) {
    library = os::DynLib::open_first(
        std::array<std::string, 3>{"libcrc32c-*.so*", "libcrc32c.so.1", "libcrc32c.so"});
    if (!library) {
      return nullptr;
    }
    auto *extend = library->function<Extend>("crc32c_extend");
    if (extend == nullptr) {
      return nullptr;
    }
    api = Api{.extend = extend, .version = library->file_name()};
  }
  return &*api;
}

class GoogleCrc32c {
public:
  explicit GoogleCrc32c(Extend *extend) : extend_(extend) {}

  [[nodiscard]] std::uint32_t crc32c(const std::byte *p, std::size_t n, std::uint32_t value) const {
    return extend_(value, reinterpret_cast<const std::uint8_t *>(p), n);
  }

private:
  memops::Indirect<Extend> extend_;
};

memops::CopyThenCrc<GoogleCrc32c> make_google_crc32c() {
  const Api *api = find_api();
  if (api == nullptr) {
    throw UnsupportedError(kHowToGet);
  }
  return memops::CopyThenCrc(GoogleCrc32c(api->extend));
}

bench::Availability probe() {
  const Api *api = find_api();
  if (api == nullptr) {
    return {.status = bench::Status::not_installed, .reason = kHowToGet, .version = ""};
  }
  return {.status = bench::Status::ok, .reason = "", .version = api->version};
}

} // namespace

void declare_google_crc32c(bench::Registry &registry) {
  bench::Design &design = registry.design(
      "memops", "google_crc32c",
      "crc32c_extend of Google's crc32c, loaded at run time: through a pointer; a copy by memcpy "
      "before");
  design.peer().available(probe);
  memops::run_crcs(design, make_google_crc32c);
}

} // namespace vmperf::peers
