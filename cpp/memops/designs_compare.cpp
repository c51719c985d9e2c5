// How the designs compare, search and scan pages.
#include <cstring>
#include <span>
#include <vector>

#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/scan_designs.hpp"
#include "vmperf/memops/scan.hpp"

namespace vmperf::memops {
namespace {

using Bytes = const std::byte *;

struct Public {
  static int compare(Bytes a, Bytes b, std::size_t n) { return memops::compare(a, b, n); }
  static std::size_t find(Bytes p, std::size_t n) { return find_byte(p, kNeedle, n); }
  static bool zero(Bytes p, std::size_t n) { return is_zero(p, n); }
  static void zero_pages(Bytes p, std::span<bool> found) {
    memops::zero_pages(p, found.size() * kScanPageBytes, kScanPageBytes, found);
  }
  static std::vector<std::uint64_t> page_diff(Bytes a, Bytes b, std::size_t pages) {
    return memops::page_diff(a, b, pages * kScanPageBytes, kScanPageBytes);
  }
};

struct Naive {
  static int compare(Bytes a, Bytes b, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      if (a[i] != b[i]) {
        return a[i] < b[i] ? -1 : 1;
      }
    }
    return 0;
  }
  static std::size_t find(Bytes p, std::size_t n) {
    std::size_t i = 0;
    while (i < n && p[i] != std::byte{kNeedle}) {
      ++i;
    }
    return i;
  }
  static bool zero(Bytes p, std::size_t n) {
    std::size_t i = 0;
    while (i < n && p[i] == std::byte{0}) {
      ++i;
    }
    return i == n;
  }
};

class AtLevel {
public:
  explicit AtLevel(const Ops &table)
      : compare_(table.compare), find_(table.find_byte), zero_(table.is_zero) {}
  [[nodiscard]] int compare(Bytes a, Bytes b, std::size_t n) const { return compare_(a, b, n); }
  [[nodiscard]] std::size_t find(Bytes p, std::size_t n) const { return find_(p, kNeedle, n); }
  [[nodiscard]] bool zero(Bytes p, std::size_t n) const { return zero_(p, n); }

private:
  Indirect<Ops::Compare> compare_;
  Indirect<Ops::Find> find_;
  Indirect<Ops::IsZero> zero_;
};

template <class Get> void run_scans(bench::Design &design, Get get) {
  run_compare(design, get);
  run_find(design, get);
  run_zero(design, get);
}

} // namespace

void declare_designs_compare(bench::Registry &registry) {
  run_scans(registry.design("memops", "best"), [] { return Public(); });
  run_scans(registry.design("memops", "naive"), [] { return Naive(); });
  run_scans(registry.design("memops", "libc"), [] {
    return StringFunctions(std::memcmp, static_cast<StringFunctions::Memchr *>(std::memchr));
  });
  for_each_level(registry, [](bench::Design &design, Level level) {
    run_scans(design, [level] { return AtLevel(table_of(level)); });
  });
}

} // namespace vmperf::memops
