// Intel's ISA-L, loaded at run time and called through a pointer: whether a range is all zero, the
// one of its functions that has a counterpart here. Source: intel/isa-l, include/mem_routines.h.
#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "peers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/api/scan_designs.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::peers {
namespace {

constexpr const char *kHowToGet =
    "libisal.so.2 with isal_zero_detect was not found: install Debian's libisal2, or name its "
    "directory in VMPERF_PEER_PATH";

using ZeroDetect = int(void *, std::size_t); // 0 where all is zero

struct Api {
  ZeroDetect *zero_detect;
  std::string version;
};

// Newer releases tell their version; of others the file's name is all that does.
std::string version_of(const os::DynLib &library) {
  auto *version = library.function<const char *()>("isal_get_version_str");
  return version != nullptr ? version() : library.file_name();
}

// Not finding it is not remembered, as directories may be added later.
const Api *find_api() {
  static std::mutex mutex;
  static std::optional<os::DynLib> library;
  static std::optional<Api> api;
  const std::scoped_lock lock(mutex);
  if (!api) {
    library = os::DynLib::open_first(std::array<std::string, 2>{"libisal.so.2", "libisal.so"});
    if (!library) {
      return nullptr;
    }
    auto *zero_detect = library->function<ZeroDetect>("isal_zero_detect");
    if (zero_detect == nullptr) {
      return nullptr;
    }
    api = Api{.zero_detect = zero_detect, .version = version_of(*library)};
  }
  return &*api;
}

class Isal {
public:
  explicit Isal(ZeroDetect *zero_detect) : zero_detect_(zero_detect) {}

  [[nodiscard]] bool zero(const std::byte *p, std::size_t n) const {
    return zero_detect_(const_cast<std::byte *>(p), n) == 0; // it reads alone
  }

private:
  memops::Indirect<ZeroDetect> zero_detect_;
};

Isal make_isal() {
  const Api *api = find_api();
  if (api == nullptr) {
    throw UnsupportedError(kHowToGet);
  }
  return Isal(api->zero_detect);
}

bench::Availability probe() {
  const Api *api = find_api();
  if (api == nullptr) {
    return {.status = bench::Status::not_installed, .reason = kHowToGet, .version = ""};
  }
  return {.status = bench::Status::ok, .reason = "", .version = api->version};
}

} // namespace

void declare_isal(bench::Registry &registry) {
  bench::Design &design = registry.design(
      "memops", "isal", "isal_zero_detect of ISA-L, loaded at run time: through a pointer");
  design.peer().available(probe);
  memops::run_zero(design, make_isal);
}

} // namespace vmperf::peers
