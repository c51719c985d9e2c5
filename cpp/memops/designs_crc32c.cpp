// How the designs compute CRCs: the public functions, a loop over bytes, each level's table.
#include "designs.hpp"
#include "vmperf/memops/api/crc_workload.hpp"
#include "vmperf/memops/crc32c.hpp"

namespace vmperf::memops {
namespace {

using Bytes = const std::byte *;

struct Public {
  static std::uint32_t crc32c(Bytes p, std::size_t n, std::uint32_t value) {
    return memops::crc32c(p, n, value);
  }
  static std::uint32_t copy_crc32c(std::byte *dst, Bytes src, std::size_t n, std::uint32_t value) {
    return memops::copy_crc32c(dst, src, n, value);
  }
};

struct Naive {
  static std::uint32_t crc32c(Bytes p, std::size_t n, std::uint32_t value) {
    return crc32c_by_bytes(p, n, value);
  }
  static std::uint32_t copy_crc32c(std::byte *dst, Bytes src, std::size_t n, std::uint32_t value) {
    NaiveCopy()(dst, src, n);
    return crc32c_by_bytes(dst, n, value);
  }
};

class AtLevel {
public:
  explicit AtLevel(const Ops &table) : crc32c_(table.crc32c), copy_crc32c_(table.copy_crc32c) {}
  [[nodiscard]] std::uint32_t crc32c(Bytes p, std::size_t n, std::uint32_t value) const {
    return crc32c_(p, n, value);
  }
  std::uint32_t copy_crc32c(std::byte *dst, Bytes src, std::size_t n, std::uint32_t value) const {
    return copy_crc32c_(dst, src, n, value);
  }

private:
  Indirect<Ops::Crc32c> crc32c_;
  Indirect<Ops::CopyCrc32c> copy_crc32c_;
};

} // namespace

void add_crcs(Designs &designs) {
  run_crcs(designs.best, [] { return Public(); });
  run_crcs(designs.naive, [] { return Naive(); });
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    run_crcs(*designs.levels[i], [level = kLevels[i]] { return AtLevel(table_of(level)); });
  }
}

} // namespace vmperf::memops
