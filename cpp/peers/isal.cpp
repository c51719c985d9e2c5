// Intel's ISA-L, loaded at run time and called through pointers: whether a range is all zero, and
// CRC-32C, which it names after iSCSI and counts without the complements at both ends. Source:
// intel/isa-l, include/mem_routines.h and crc.h.
#include <string>

#include "library.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/crc_workload.hpp"
#include "vmperf/memops/api/scan_designs.hpp"

namespace vmperf::peers {
namespace {

using ZeroDetect = int(void *, std::size_t); // 0 where all is zero
using Crc = unsigned(unsigned char *, int, unsigned);

struct Api {
  ZeroDetect *zero_detect;
  Crc *crc;
  std::string version;
};

const Library<Api> &library() {
  static const Library<Api> found({
      .names = {"libisal.so.2", "libisal.so"},
      .what = "libisal.so.2 with isal_zero_detect and crc32_iscsi",
      .remedy = "install Debian's libisal2, or name its directory in VMPERF_PEER_PATH",
      .take =
          [](Symbols &from, Api &api) {
            from.take("isal_zero_detect", api.zero_detect);
            from.take("crc32_iscsi", api.crc);
            // Newer releases tell their version; of others the file's name is all that does.
            auto *version = from.find<const char *()>("isal_get_version_str");
            api.version = version != nullptr ? version() : from.file_name();
          },
  });
  return found;
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
  return Isal(library().require());
}

} // namespace

void declare_isal(bench::Registry &registry) {
  bench::Design &design = registry.design(
      "memops", "isal",
      "isal_zero_detect and crc32_iscsi of ISA-L, loaded at run time: through a pointer; a copy by "
      "memcpy before");
  design.peer().available([] { return library().probe(); });
  memops::run_zero(design, make_isal);
  memops::run_crcs(design, [] { return memops::CopyThenCrc(make_isal()); });
}

} // namespace vmperf::peers
