// Every operation on heap blocks of exactly n bytes, for AddressSanitizer. Usage: strict LEVEL
// [over], where `over` copies one byte too many, which must be reported.
#include <memory>

#include "support.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

namespace {

void test_size(const Ops &ops, std::size_t n, std::size_t over) {
  const std::unique_ptr<Byte[]> a(new Byte[n]); // NOLINT(modernize-avoid-c-arrays)
  const std::unique_ptr<Byte[]> b(new Byte[n]); // NOLINT(modernize-avoid-c-arrays)
  paint(a.get(), n, 1);
  for (Ops::Copy *copy : {ops.copy_balanced, ops.copy_throughput, ops.copy_forward, ops.copy_slack,
                          ops.copy_temporal, ops.copy_stream, ops.guest_copy_8}) {
    copy(b.get(), a.get(), n + over);
    CHECK(naive_mismatch(a.get(), b.get(), n) == n, "copy n=%zu", n);
  }
  CHECK(ops.compare(a.get(), b.get(), n) == 0 && ops.mismatch(a.get(), b.get(), n) == n, "n=%zu",
        n);
  for (Ops::Fill *fill : {ops.fill, ops.fill_temporal, ops.fill_stream}) {
    fill(b.get(), 0, n);
  }
  CHECK(ops.is_zero(b.get(), n) && ops.find_byte(b.get(), 1, n) == n, "n=%zu", n);
  const std::uint32_t crc = naive_crc32c(a.get(), n, 1);
  CHECK(ops.crc32c(a.get(), n, 1) == crc, "crc32c n=%zu", n);
  CHECK(ops.copy_crc32c(b.get(), a.get(), n, 1) == crc, "copy_crc32c n=%zu", n);
  CHECK(naive_mismatch(a.get(), b.get(), n) == n, "copy_crc32c n=%zu", n);
  const std::vector<std::uint64_t> zero(3);
  const std::vector<std::uint64_t> sizes(3, n);
  const std::span<std::byte> to{reinterpret_cast<std::byte *>(b.get()), n};
  const std::span<std::byte> from{reinterpret_cast<std::byte *>(a.get()), n};
  copy_batch(to, from, zero, zero, sizes);
  CHECK(naive_mismatch(a.get(), b.get(), n) == n, "batch n=%zu", n);
}

} // namespace

int main(int argc, char **argv) {
  set_simd_level(argv[1]);
  const std::size_t over = argc > 2 ? 1 : 0;
  for (std::size_t n = over == 0 ? 0 : 40; n < 5000; n += n < 700 ? 1 : 97) {
    test_size(ops(), n, over);
  }
  for (const std::size_t atom : {std::size_t{16}, std::size_t{32}}) {
    const std::unique_ptr<Byte[]> a(new Byte[1003]); // NOLINT(modernize-avoid-c-arrays)
    const std::unique_ptr<Byte[]> b(new Byte[1003]); // NOLINT(modernize-avoid-c-arrays)
    paint(a.get(), 1003, 1);
    if ((guest_atoms() & atom) != 0) {
      guest_copy(b.get() + 1, a.get(), 1002, atom);
      CHECK(naive_mismatch(a.get(), b.get() + 1, 1002) == 1002, "guest %zu", atom);
    }
  }
  std::puts("ok");
}
