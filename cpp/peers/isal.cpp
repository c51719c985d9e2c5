// Intel's ISA-L, loaded at run time and called through pointers: whether a range is all zero, and
// CRC-32C, which it names after iSCSI and counts without the complements at both ends. Source:
// intel/isa-l, include/mem_routines.h and crc.h.
#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "peers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/api/crc_workload.hpp"
#include "vmperf/memops/api/scan_designs.hpp"
#include "vmperf/os/dynlib.hpp"

namespace vmperf::peers {
namespace {

constexpr const char *kHowToGet = "libisal.so.2 with isal_zero_detect and crc32_iscsi was not "
                                  "found: install Debian's libisal2, or name its "
                                  "directory in VMPERF_PEER_PATH";

using ZeroDetect = int(void *, std::size_t); // 0 where all is zero

using Crc = unsigned(unsigned char *, int, unsigned);

struct Api {
  ZeroDetect *zero_detect;
  Crc *crc;
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
    auto *crc = library->function<Crc>("crc32_iscsi");
    if (zero_detect == nullptr || crc == nullptr) {
      return nullptr;
    }
    api = Api{.zero_detect = zero_detect, .crc = crc, .version = version_of(*library)};
  }
  return &*api;
}

class Isal {
public:
  explicit Isal(const Api &api) : zero_detect_(api.zero_detect), crc_(api.crc) {}

  [[nodiscard]] bool zero(const std::byte *p, std::size_t n) const {
    return zero_detect_(const_cast<std::byte *>(p), n) == 0; // it reads alone
  }
  [[nodiscard]] std::uint32_t crc32c(const std::byte *p, std::size_t n, std::uint32_t value) const {
    auto *bytes = reinterpret_cast<unsigned char *>(const_cast<std::byte *>(p));
    return ~crc_(bytes, static_cast<int>(n), ~value);
  }

private:
  memops::Indirect<ZeroDetect> zero_detect_;
  memops::Indirect<Crc> crc_;
};

Isal make_isal() {
  const Api *api = find_api();
  if (api == nullptr) {
    throw UnsupportedError(kHowToGet);
  }
  return Isal(*api);
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
      "memops", "isal",
      "isal_zero_detect and crc32_iscsi of ISA-L, loaded at run time: through a pointer; a copy by "
      "memcpy before");
  design.peer().available(probe);
  memops::run_zero(design, make_isal);
  memops::run_crcs(design, [] { return memops::CopyThenCrc(make_isal()); });
}

} // namespace vmperf::peers
