// How a design enters the benchmarks that compare and search, by an object with some of
//   int compare(a, b, n)            < 0, 0 or > 0
//   std::size_t find(p, n)          index of the first kNeedle, else n
//   bool zero(p, n)
// and, where it has more than one page at a time, zero_pages(p, found), page_diff(a, b, pages).
// The object is made with each workload: a library's functions, or a level's, are not there
// everywhere. Used by designs and peers only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "vmperf/memops/api.hpp"
#include "vmperf/memops/api/page_workload.hpp"
#include "vmperf/memops/api/scan_workload.hpp"

namespace vmperf::memops {

template <class Fn> struct CompareWith {
  Fn fn;
  std::uint64_t operator()(const std::byte *a, const std::byte *b, std::size_t n) const {
    const int order = fn.compare(a, b, n);
    return static_cast<std::uint64_t>(1 + (order > 0 ? 1 : 0) - (order < 0 ? 1 : 0));
  }
};

template <class Fn> struct FindWith {
  Fn fn;
  std::uint64_t operator()(const std::byte *p, const std::byte *, std::size_t n) const {
    return fn.find(p, n);
  }
};

template <class Fn> struct ZeroWith {
  Fn fn;
  std::uint64_t operator()(const std::byte *p, const std::byte *, std::size_t n) const {
    return fn.zero(p, n) ? 1 : 0;
  }
};

template <class Get> void run_compare(bench::Design &design, Get get) {
  using Fn = decltype(get());
  design.runs("memops/compare",
              late_maker([get] { return scan_maker(Scan::compare, CompareWith<Fn>{get()}); }));
}

template <class Get> void run_find(bench::Design &design, Get get) {
  using Fn = decltype(get());
  design.runs("memops/find_byte",
              late_maker([get] { return scan_maker(Scan::find_byte, FindWith<Fn>{get()}); }));
}

/// is_zero, and page_scan, whose work=page_diff is `unsupported` where there is no comparison.
template <class Get> void run_zero(bench::Design &design, Get get) {
  using Fn = decltype(get());
  design
      .runs("memops/is_zero",
            late_maker([get] { return scan_maker(Scan::is_zero, ZeroWith<Fn>{get()}); }))
      .runs("memops/page_scan", [get](const bench::Params &params) -> bench::WorkloadPtr {
        return std::make_unique<PageWorkload<Fn>>(get(), make_pages(params));
      });
}

/// memcmp and memchr of some library, behind pointers.
class StringFunctions {
public:
  using Memchr = const void *(const void *, int, std::size_t);

  StringFunctions(Ops::Compare *memcmp, Memchr *memchr) : memcmp_(memcmp), memchr_(memchr) {}

  [[nodiscard]] int compare(const std::byte *a, const std::byte *b, std::size_t n) const {
    return memcmp_(a, b, n);
  }
  [[nodiscard]] std::size_t find(const std::byte *p, std::size_t n) const {
    const void *found = memchr_(p, kNeedle, n);
    return found == nullptr ? n
                            : static_cast<std::size_t>(static_cast<const std::byte *>(found) - p);
  }
  /// The known trick: a range that equals itself a byte further on has one byte throughout.
  [[nodiscard]] bool zero(const std::byte *p, std::size_t n) const {
    return *p == std::byte{0} && memcmp_(p, p + 1, n - 1) == 0;
  }

private:
  Indirect<Ops::Compare> memcmp_;
  Indirect<Memchr> memchr_;
};

} // namespace vmperf::memops
