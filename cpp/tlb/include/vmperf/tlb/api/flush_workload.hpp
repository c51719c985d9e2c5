// Flushes, and nothing between them: all, of an ASID, of a page or of a 2 MiB page. Those by a new
// context id empty the table as often as ids run out, which is in the time; report() does 200 000
// more, each stamped, for the worst one. verify() fills and probes after each of as many.
// Used by benches and designs only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/bench/params.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

enum class FlushKind : std::uint8_t { all, asid, page, range };

template <class D> class FlushWorkload final : public bench::Workload {
public:
  explicit FlushWorkload(const bench::Params &params)
      : kind_(params.get_choice<FlushKind>("kind", {{"all", FlushKind::all},
                                                    {"asid", FlushKind::asid},
                                                    {"page", FlushKind::page},
                                                    {"range", FlushKind::range}})),
        entries_(params.get_size("entries", 64, std::size_t{1} << 24U)), design_(entries_) {
    for (std::size_t page = 0; page < entries_; ++page) { // all of the table is touched
      design_.fill(page * kPageBytes, page * kPageBytes);
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    switch (kind_) {
    case FlushKind::all:
      return loop<FlushKind::all>(n);
    case FlushKind::asid:
      return loop<FlushKind::asid>(n);
    case FlushKind::page:
      return loop<FlushKind::page>(n);
    case FlushKind::range:
      return loop<FlushKind::range>(n);
    }
    return 0;
  }

  [[nodiscard]] bench::Verification verify() override {
    const auto reader = design_.reader();
    for (std::uint64_t i = 0; i < kFlushes; ++i) {
      const std::uint64_t va = kPageBytes * (i % kRange);
      design_.fill(va, va);
      if (reader.lookup(va) != va) {
        return bench::Verification::failed("a page that was filled is not there");
      }
      once(va);
      if (reader.lookup(va) != kMiss) {
        return bench::Verification::failed("a stale translation after flush " + std::to_string(i));
      }
    }
    return bench::Verification::passed();
  }

  void report(bench::Report &report) override {
    if (!report.wants_all()) {
      return;
    }
    std::int64_t worst = 0;
    for (std::uint64_t i = 0; i < kFlushes; ++i) {
      const std::int64_t start = os::now_ns();
      once(kPageBytes * (i % kRange));
      worst = std::max(worst, os::now_ns() - start);
    }
    report.metric("worst_flush_ns", static_cast<double>(worst));
    report.metric("clears", static_cast<double>(design_.clears()));
  }

private:
  static constexpr std::uint64_t kFlushes = 200'000, kRange = 512;

  void once(std::uint64_t va) {
    switch (kind_) {
    case FlushKind::all:
      return design_.flush();
    case FlushKind::asid:
      return design_.flush_asid();
    case FlushKind::page:
      return design_.flush_page(va, kPageBytes);
    case FlushKind::range:
      return design_.flush_page(va, kRange * kPageBytes);
    }
  }

  template <FlushKind kKind> [[gnu::noinline]] std::uint64_t loop(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t va = kPageBytes * (i % kRange);
      if constexpr (kKind == FlushKind::all) {
        design_.flush();
      } else if constexpr (kKind == FlushKind::asid) {
        design_.flush_asid();
      } else if constexpr (kKind == FlushKind::page) {
        design_.flush_page(va, kPageBytes);
      } else {
        design_.flush_page(va, kRange * kPageBytes);
      }
      bench::sink(va);
    }
    return n;
  }

  FlushKind kind_;
  std::size_t entries_;
  D design_;
};

} // namespace vmperf::tlb
