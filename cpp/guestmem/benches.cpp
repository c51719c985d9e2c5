// The benchmarks of guest memory.
#include "vmperf/bench/registry.hpp"

namespace vmperf::guestmem {
namespace {

using bench::Benchmark;

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = kKiB * kKiB;

Benchmark &with_scalar_axes(Benchmark &benchmark) {
  return benchmark
      .fooled_by("one region or one page only: a predictor knows where each access goes, and a "
                 "search costs nothing; layout=one is that case, on purpose")
      .fooled_by("a small working set: from 1 MiB on the caches and the TLB of the host decide")
      .fooled_by("8192 addresses are replayed: a large predictor of branches learns some of them")
      .fooled_by("independent accesses: a chain of them waits for the check, too")
      .designs("guestmem")
      .axis("size_bytes", {1, 2, 4, 8}, 8)
      .axis("layout", {"one", "regions", "mmio", "dirty"},
            std::vector<bench::Value>{"one", "dirty"})
      .axis("working_set_bytes", {16 * kKiB, kMiB, 64 * kMiB}, 16 * kKiB)
      .comparable()
      .repeatable();
}

Benchmark &with_range_axes(Benchmark &benchmark) {
  return benchmark.fooled_by("one size: no branch of the copy is mispredicted")
      .fooled_by("the other side is one hot buffer")
      .designs("guestmem")
      .axis("size_bytes", {64, 256, kKiB, 4 * kKiB, 16 * kKiB, 64 * kKiB, 256 * kKiB, kMiB},
            {256, 4 * kKiB, 64 * kKiB})
      .axis("working_set_bytes", {64 * kKiB, kMiB, 64 * kMiB}, kMiB)
      .comparable()
      .repeatable();
}

} // namespace

void declare_benches(bench::Registry &registry) {
  with_scalar_axes(registry.benchmark("guestmem/read")
                       .summary("read scalars at drawn addresses of one region, of eight, with "
                                "devices beside, with dirty tracking")
                       .op("one checked read of size_bytes")
                       .headline());
  with_scalar_axes(registry.benchmark("guestmem/write")
                       .summary("write scalars at drawn addresses of one region, of eight, with "
                                "devices beside, with dirty tracking")
                       .op("one checked write of size_bytes")
                       .fooled_by("layout=dirty with few pages: their marks are always cached")
                       .headline());
  with_range_axes(registry.benchmark("guestmem/bulk_read")
                      .summary("copy ranges at drawn addresses of eight regions into a buffer, of "
                               "which a word is read each time")
                      .op("one checked copy of size_bytes out of the guest's memory"));
  with_range_axes(registry.benchmark("guestmem/bulk_write")
                      .summary("copy a buffer, of which a word changes each time, to drawn "
                               "addresses of eight regions, whose pages are marked")
                      .op("one checked copy of size_bytes into the guest's memory"));
  registry.benchmark("guestmem/gather")
      .summary("read the words at drawn addresses of eight regions into an array")
      .op("one batch of words: divide by `batch` for a word")
      .fooled_by(
          "one batch is gathered again and again: a predictor of branches learns a small one")
      .designs("guestmem")
      .axis("batch", {10, 100, 1000, 100'000}, 1000)
      .axis("working_set_bytes", {16 * kKiB, kMiB, 64 * kMiB}, 16 * kKiB)
      .comparable()
      .repeatable();
}

} // namespace vmperf::guestmem
