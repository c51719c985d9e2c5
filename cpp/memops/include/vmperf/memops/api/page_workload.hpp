// Passes over pages as workloads: which are zero, or which differ from a second range. Half of
// them, in drawn order, are or do, by one byte at a drawn position. verify() proves the answer for
// every page: O(pages). Used by benches, designs and peers only; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/memops/api/table.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

inline constexpr std::size_t kScanPageBytes = 4096;

enum class PageWork : std::uint8_t { zero_pages, page_diff };

struct PageTable {
  os::Mapping memory;
  const std::byte *a = nullptr;
  const std::byte *b = nullptr; ///< of page_diff alone
  PageWork work = PageWork::zero_pages;
  std::vector<bool> special; ///< per page: it is zero, or equal to its other
};

/// Axes work and pages.
[[nodiscard]] PageTable make_pages(const bench::Params &params);

/// What a pass finds.
struct FoundPages {
  std::unique_ptr<bool[]> zero;      // NOLINT(modernize-avoid-c-arrays): no vector is one of bool
  std::vector<std::uint64_t> differ; ///< indices, ascending
};

/// A whole pass by fn.zero_pages(p, pages, found), or page by page by fn.zero(p, n).
template <class Fn> void find_zero_pages(const Fn &fn, const PageTable &table, bool *found) {
  const std::size_t pages = table.special.size();
  if constexpr (requires { fn.zero_pages(table.a, std::span(found, pages)); }) {
    fn.zero_pages(table.a, std::span(found, pages));
  } else {
    for (std::size_t i = 0; i < pages; ++i) {
      found[i] = fn.zero(table.a + i * kScanPageBytes, kScanPageBytes);
    }
  }
}

/// A whole pass by fn.page_diff(a, b, pages), or page by page by fn.compare(a, b, n).
/// UnsupportedError where fn has neither.
template <class Fn>
void find_page_diff(const Fn &fn, const PageTable &table, std::vector<std::uint64_t> &found) {
  const std::size_t pages = table.special.size();
  if constexpr (requires { fn.page_diff(table.a, table.b, pages); }) {
    found = fn.page_diff(table.a, table.b, pages);
  } else if constexpr (requires { fn.compare(table.a, table.b, pages); }) {
    found.clear();
    for (std::size_t i = 0; i < pages; ++i) {
      const std::size_t at = i * kScanPageBytes;
      if (fn.compare(table.a + at, table.b + at, kScanPageBytes) != 0) {
        found.push_back(i);
      }
    }
  } else {
    throw UnsupportedError("work=page_diff: this design has no comparison; work=zero_pages is "
                           "what it runs");
  }
}

template <class Fn> class PageWorkload final : public bench::Workload {
public:
  PageWorkload(Fn fn, PageTable table)
      : fn_(std::move(fn)), table_(std::move(table)),
        // NOLINTNEXTLINE(modernize-avoid-c-arrays)
        found_{std::make_unique<bool[]>(table_.special.size()), {}} {}

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (; n != 0; --n) {
      if (table_.work == PageWork::page_diff) {
        find_page_diff(fn_, table_, found_.differ);
        sum += found_.differ.size();
      } else {
        find_zero_pages(fn_, table_, found_.zero.get());
        sum += found_.zero[n % table_.special.size()] ? 1 : 0;
      }
      bench::sink(sum);
    }
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const bool diff = table_.work == PageWork::page_diff;
    std::size_t next = 0;
    for (std::size_t i = 0; i < table_.special.size(); ++i) {
      const bool differs = next < found_.differ.size() && found_.differ[next] == i;
      next += differs ? 1 : 0;
      if (diff ? differs == table_.special[i] : found_.zero[i] != table_.special[i]) {
        return bench::Verification::failed("page " + std::to_string(i) + " was judged wrongly");
      }
      found_.zero[i] = !found_.zero[i]; // the next run() proves itself
    }
    found_.differ.clear();
    return bench::Verification::passed();
  }

private:
  Fn fn_;
  PageTable table_;
  FoundPages found_;
};

} // namespace vmperf::memops
