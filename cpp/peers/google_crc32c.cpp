// Google's crc32c, loaded at run time and called through a pointer: from the Python package
// google-crc32c, which brings the library, else from the system. Source: google/crc32c,
// include/crc32c/crc32c.h.
#include <string>

#include "library.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/crc_workload.hpp"

namespace vmperf::peers {
namespace {

using Extend = std::uint32_t(std::uint32_t, const std::uint8_t *, std::size_t);

struct Api {
  Extend *extend;
  std::string version; ///< the file's name is all that tells
};

const Library<Api> &library() {
  static const Library<Api> found({
      .names = {"libcrc32c-*.so*", "libcrc32c.so.1", "libcrc32c.so"},
      .what = "libcrc32c",
      .remedy = "pip install google-crc32c, or name its directory in VMPERF_PEER_PATH",
      .take =
          [](Symbols &from, Api &api) {
            from.take("crc32c_extend", api.extend);
            api.version = from.file_name();
          },
  });
  return found;
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
  return memops::CopyThenCrc(GoogleCrc32c(library().require().extend));
}

} // namespace

void declare_google_crc32c(bench::Registry &registry) {
  bench::Design &design = registry.design(
      "memops", "google_crc32c",
      "crc32c_extend of Google's crc32c, loaded at run time: through a pointer; a copy by memcpy "
      "before");
  design.peer().place(1).available([] { return library().probe(); });
  memops::run_crcs(design, make_google_crc32c);
}

} // namespace vmperf::peers
