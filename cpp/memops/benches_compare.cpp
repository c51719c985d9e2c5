// The benchmarks that compare and search, and the contents they run over.
#include <algorithm>
#include <cstring>

#include "benches.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/bench/generators.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/page_workload.hpp"
#include "vmperf/memops/api/scan_workload.hpp"

namespace vmperf::memops {
namespace {

using bench::Benchmark;

constexpr std::size_t kLine = 64;
constexpr std::size_t kPage = kScanPageBytes;
constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = kKiB * kKiB;

enum class Hit : std::uint8_t { random, end, none };

// Content of one place: nothing to be found but at `hit`.
void write_content(Scan scan, std::byte *a, std::byte *b, std::size_t n, std::size_t hit,
                   std::uint64_t seed) {
  if (scan == Scan::is_zero) {
    std::fill_n(a, n, std::byte{0});
    if (hit < n) {
      a[hit] = std::byte{1};
    }
    return;
  }
  write_pattern(a, n, seed);
  if (scan == Scan::find_byte) {
    std::replace(a, a + n, std::byte{kNeedle}, std::byte{kNeedle + 1});
    if (hit < n) {
      a[hit] = std::byte{kNeedle};
    }
    return;
  }
  std::copy_n(a, n, b);
  if (hit < n) {
    b[hit] ^= std::byte{0x80};
  }
}

// By byte loops, whatever the content was meant to be.
std::uint64_t answer_of(Scan scan, const std::byte *a, const std::byte *b, std::size_t n) {
  std::size_t i = 0;
  switch (scan) {
  case Scan::compare:
    while (i < n && a[i] == b[i]) {
      ++i;
    }
    if (i == n) {
      return 1;
    }
    return a[i] < b[i] ? 0 : 2;
  case Scan::find_byte:
    while (i < n && a[i] != std::byte{kNeedle}) {
      ++i;
    }
    return i;
  case Scan::is_zero:
    while (i < n && a[i] == std::byte{0}) {
      ++i;
    }
    return i == n ? 1 : 0;
  }
  return 0;
}

Benchmark &with_axes(Benchmark &benchmark, const char *hit) {
  return benchmark
      .fooled_by("hit=end or none only: short loops with early exits look bad, wide ones good")
      .fooled_by("hit=random over few places: a predictor learns where each ends; a larger working "
                 "set has more of them")
      .varies("a batch goes on in the table where the last one ended")
      .designs("memops")
      .axis("size_bytes", {16, 64, 256, kKiB, 4 * kKiB, 64 * kKiB, kMiB}, {64, 4 * kKiB})
      .axis("hit", {"random", "end", "none"}, hit)
      .axis("src_align", {0, 1, 8, 32, 63}, 0)
      .axis("working_set_bytes", {0, 16 * kKiB, 512 * kKiB, 16 * kMiB}, 16 * kKiB);
}

} // namespace

Places make_places(const bench::Params &params, std::size_t sides, std::size_t n) {
  const std::size_t align = params.get_size("src_align", 0, kLine - 1);
  const std::size_t working_set = params.get_size("working_set_bytes", 0, kMostBytes / 2);
  const std::size_t stride = align_up(n, kLine) + kLine;
  const std::size_t count = std::clamp<std::size_t>(working_set / (sides * stride), 1, kMostOps);
  // Both sides lie alike within their pages but for half a page.
  const std::size_t extent = align_up(count * stride + 2 * kPage, kPage);
  Places places{.memory = os::Mapping(sides * extent), .a = nullptr, .b = nullptr, .at = {}};
  const std::size_t offset = kLine * placement_rng().below(kPage / kLine) + align;
  places.a = places.memory.data() + offset;
  places.b = sides == 2 ? places.memory.data() + extent + offset + kPage / 2 - kLine : places.a;
  places.at.reserve(count);
  for (const std::size_t place : bench::shuffled(count, params.seed(), 5)) {
    places.at.push_back(place * stride);
  }
  return places;
}

ScanTable make_scan(Scan scan, const bench::Params &params) {
  const std::size_t n = params.get_size("size_bytes", 1, kMostBytes / 4);
  const auto hit = params.get_choice<Hit>(
      "hit", {{"random", Hit::random}, {"end", Hit::end}, {"none", Hit::none}});
  Places places = make_places(params, scan == Scan::compare ? 2 : 1, n);
  CounterRng rng(params.seed(), 7);
  ScanTable table;
  const std::size_t rounds = (kLeastOps + places.at.size() - 1) / places.at.size();
  for (std::size_t i = 0; i < rounds * places.at.size(); ++i) {
    const std::size_t at = places.at[i % places.at.size()];
    if (i < places.at.size()) {
      const std::size_t missed = hit == Hit::end ? n - 1 : n;
      const std::size_t found = hit == Hit::random ? rng.below(n) : missed;
      write_content(scan, places.a + at, places.b + at, n, found, params.seed());
    }
    table.ops.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(n)});
    table.answers.push_back(answer_of(scan, places.a + at, places.b + at, n));
  }
  table.memory = std::move(places.memory);
  table.a = places.a;
  table.b = places.b;
  return table;
}

PageTable make_pages(const bench::Params &params) {
  const std::size_t pages = params.get_size("pages", 1, kMostBytes / 2 / kPage);
  const std::size_t bytes = pages * kPage;
  PageTable table;
  table.work = params.get_choice<PageWork>(
      "work", {{"zero_pages", PageWork::zero_pages}, {"page_diff", PageWork::page_diff}});
  table.special.resize(pages);
  const bool diff = table.work == PageWork::page_diff;
  table.memory = os::Mapping((diff ? 2 : 1) * bytes);
  std::byte *const a = table.memory.data();
  if (diff) {
    write_pattern(a, bytes, params.seed());
    std::copy_n(a, bytes, a + bytes);
    table.b = a + bytes;
  } else {
    std::fill_n(a, bytes, std::byte{0});
  }
  CounterRng rng(params.seed(), 6);
  for (std::size_t i = 0; i < pages; ++i) {
    table.special[i] = rng.below(2) == 0;
    std::byte &drawn = a[i * kPage + rng.below(kPage)];
    drawn ^= table.special[i] ? std::byte{0} : std::byte{1};
  }
  table.a = a;
  return table;
}

void declare_benches_compare(bench::Registry &registry) {
  with_axes(registry.benchmark("memops/compare")
                .summary("which of two buffers of one size is less, where they differ at a drawn "
                         "position, at the last byte or nowhere")
                .op("one comparison of size_bytes"),
            "random");
  with_axes(registry.benchmark("memops/find_byte")
                .summary("the first of a byte in a buffer that has it at a drawn position, at its "
                         "end or nowhere")
                .tag("headline")
                .op("one search of size_bytes"),
            "end");
  with_axes(registry.benchmark("memops/is_zero")
                .summary("whether a buffer is all zero, which it is but for one byte at a drawn "
                         "position or its end, or wholly")
                .op("one test of size_bytes"),
            "none");
  registry.benchmark("memops/page_scan")
      .summary("a pass over a range of pages, of which half, in drawn order, are zero or equal and "
               "the others are not, by one byte at a drawn position: work=zero_pages finds the "
               "zero ones, work=page_diff those that differ from a second range")
      .op("one pass over all pages")
      .fooled_by("one op is a whole pass: divide by `pages` for a page")
      .fooled_by("a page that isn't zero in its first bytes ends most tests at once: here the "
                 "place is drawn")
      .fooled_by("zero pages that were never written are one shared frame, and always cached: "
                 "these are written")
      .fooled_by("the same pages every pass: 256 of them are 1 MiB")
      .repeatable()
      .designs("memops")
      .axis_all("work", {"zero_pages", "page_diff"})
      .axis("pages", {16, 256, 4096}, 256);
}

} // namespace vmperf::memops
