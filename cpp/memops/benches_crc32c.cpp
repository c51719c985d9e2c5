// The benchmarks of CRC-32C, and the buffers they run over.
#include <array>

#include "benches.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api/crc_workload.hpp"

namespace vmperf::memops {
namespace {

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = kKiB * kKiB;
constexpr std::byte kSpoilt{0xcc};

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ (0x82f63b78U & (0U - (crc & 1U)));
    }
    table[byte] = crc;
  }
  return table;
}();

bench::Benchmark &with_axes(bench::Benchmark &benchmark) {
  return benchmark
      .fooled_by("mode=throughput alone: nobody waits for a CRC, so that many are under way; "
                 "mode=dependent, each from the one before, has every call's latency")
      .fooled_by("one size: no mispredicted branch, and none that a remainder brings")
      .fooled_by("hot buffers, and tables or constants that are always cached")
      .varies("a batch goes on in the table where the last one ended")
      .designs("memops")
      .axis("size_bytes", {8, 16, 64, 256, kKiB, 4 * kKiB, 16 * kKiB, 64 * kKiB, 256 * kKiB, kMiB},
            {64, 4 * kKiB})
      .axis("mode", {"throughput", "dependent"}, "throughput")
      .axis("src_align", {0, 1, 8, 32, 63}, 0)
      .axis("working_set_bytes", {0, 16 * kKiB, 512 * kKiB, 16 * kMiB}, 16 * kKiB);
}

} // namespace

std::uint32_t crc32c_by_bytes(const std::byte *p, std::size_t n, std::uint32_t value) noexcept {
  std::uint32_t crc = ~value;
  for (std::size_t i = 0; i < n; ++i) {
    crc = (crc >> 8U) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(p[i])) & 0xffU];
  }
  return ~crc;
}

void CrcTable::spoil_copies() const {
  for (const std::size_t place : at) {
    if (dst != nullptr) {
      std::fill_n(dst + place, n, kSpoilt);
    }
  }
}

bool CrcTable::has_copies(std::uint64_t done) const {
  const std::size_t count = std::min<std::uint64_t>(done, at.size());
  return dst == nullptr ||
         std::all_of(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(count),
                     [this](std::size_t place) {
                       return std::equal(src + place, src + place + n, dst + place);
                     });
}

CrcTable make_crcs(const bench::Params &params, bool copies) {
  CrcTable table;
  table.n = params.get_size("size_bytes", 1, kMostBytes / 4);
  table.dependent = params.get_choice<bool>("mode", {{"throughput", false}, {"dependent", true}});
  Places places = make_places(params, copies ? 2 : 1, table.n);
  table.memory = std::move(places.memory);
  table.src = places.a;
  table.dst = copies ? places.b : nullptr;
  table.at = std::move(places.at);
  std::uint32_t value = 0;
  for (const std::size_t place : table.at) {
    write_pattern(table.src + place, table.n, params.seed());
    value = crc32c_by_bytes(table.src + place, table.n, table.dependent ? value : 0);
    table.answers.push_back(value);
  }
  return table;
}

void declare_benches_crc32c(bench::Registry &registry) {
  with_axes(registry.benchmark("memops/crc32c")
                .summary("CRC-32C of buffers of one size, in drawn order, each from 0 or each from "
                         "the one before")
                .tag("headline")
                .op("one CRC of size_bytes"));
  with_axes(registry.benchmark("memops/copy_crc32c")
                .summary("a copy of a buffer and its CRC-32C, in one pass or, by libraries that "
                         "have no such function, in two")
                .op("one copy of size_bytes and its CRC"));
}

} // namespace vmperf::memops
