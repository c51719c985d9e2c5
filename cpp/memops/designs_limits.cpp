// What no copy can beat, measured beside the copies: reading the source without writing, and
// writing the destination without reading. They are lines in the charts, not implementations.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/fill.hpp"

namespace vmperf::memops {
namespace {

using Words = std::uint64_t __attribute__((vector_size(16)));
constexpr std::size_t kLine = 64;
constexpr std::size_t kAhead = 2048; // as the copies that go past the caches

std::uint64_t sum_tail(const std::byte *p, std::size_t n) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sum += std::to_integer<std::uint64_t>(p[i]);
  }
  return sum;
}

// Four sums, or the additions of one wait for each other. Baseline vectors reach what memory gives;
// in the first level cache wider loads would be faster still.
[[gnu::always_inline]] inline std::uint64_t sum_lines(const std::byte *p, std::size_t n) {
  Words sums[4] = {}; // NOLINT(modernize-avoid-c-arrays): registers
  const std::byte *const end = p + n / kLine * kLine;
  for (; p != end; p += kLine) {
    __builtin_prefetch(p + kAhead, 0, 0);
    for (std::size_t i = 0; i < 4; ++i) {
      Words words;
      std::memcpy(&words, p + 16 * i, sizeof words);
      sums[i] += words;
    }
  }
  const Words all = sums[0] + sums[1] + sums[2] + sums[3];
  return all[0] + all[1] + sum_tail(end, n % kLine);
}

// The same sum by words, for the proof.
std::uint64_t sum_plainly(const std::byte *p, std::size_t n) {
  const std::size_t lines = n / kLine * kLine;
  std::uint64_t sum = sum_tail(p + lines, n - lines);
  for (std::size_t at = 0; at < lines; at += 8) {
    sum += load_word(p + at);
  }
  return sum;
}

class ReadWorkload final : public TableWorkload {
public:
  explicit ReadWorkload(CopyTable table) : TableWorkload(std::move(table)) {}

  std::uint64_t run(std::uint64_t n) override {
    const std::byte *const src = table_.src;
    std::uint64_t sum = 0;
    over(n, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = first; i < first + count; ++i) {
        sum += sum_lines(src + table_.ops[i].src, table_.ops[i].n);
        bench::sink(src);
      }
    });
    sum_ += sum;
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const std::uint64_t round = table_.ops.size();
    const std::uint64_t wanted =
        sum_of_first(round) * (done_ / round) + sum_of_first(done_ % round);
    const bool right = std::exchange(sum_, 0) == wanted;
    static_cast<void>(TableWorkload::verify()); // begins anew; nothing was copied
    return right ? bench::Verification::passed()
                 : bench::Verification::failed("the sum over what was read is wrong");
  }

private:
  [[nodiscard]] std::uint64_t sum_of_first(std::uint64_t count) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += sum_plainly(table_.src + table_.ops[i].src, table_.ops[i].n);
    }
    return sum;
  }

  std::uint64_t sum_ = 0;
};

struct StoreOnly {
  [[gnu::always_inline]] void operator()(void *dst, unsigned char byte, std::size_t n) const {
    fill(dst, byte, n, Hint::temporal);
  }
};

// The places of the copies; each has a byte of its own, as a table may come to it twice.
CopyTable make_stores(const bench::Params &params) {
  CopyTable table = make_pairs(params);
  table.work = Work::fill;
  for (CopyOp &op : table.ops) {
    op.src = op.dst / kLine % 256;
  }
  return table;
}

} // namespace

void declare_designs_limits(bench::Registry &registry) {
  registry
      .design("memops", "read_limit",
              "no copy: the source is read and summed, 16 bytes a load, the next 2 KiB fetched")
      .limit()
      .runs("memops/copy", [](const bench::Params &params) -> bench::WorkloadPtr {
        return std::make_unique<ReadWorkload>(make_pairs(params));
      });
  registry
      .design("memops", "store_limit",
              "no copy: the destination is filled through the caches, nothing is read")
      .limit()
      .runs("memops/copy", [](const bench::Params &params) -> bench::WorkloadPtr {
        return std::make_unique<FillWorkload<StoreOnly>>(StoreOnly(), make_stores(params));
      });
}

} // namespace vmperf::memops
