// How the designs compute CRCs: the public functions, a loop over bytes, each level's table.
#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
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

void declare_designs_crc32c(bench::Registry &registry) {
  run_crcs(registry.design("memops", "best"), [] { return Public(); });
  run_crcs(registry.design("memops", "naive"), [] { return Naive(); });
  for_each_level(registry, [](bench::Design &design, Level level) {
    run_crcs(design, [level] { return AtLevel(table_of(level)); });
  });
}

} // namespace vmperf::memops
