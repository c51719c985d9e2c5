// CRC-32C of one level against the definition, bit by bit. Usage: crc32c LEVEL.
#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "support.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

namespace {

constexpr std::size_t kRoom = (std::size_t{1} << 20U) + 4096;

void expect(std::uint32_t is, std::uint32_t wanted, const char *what, std::size_t n) {
  CHECK(is == wanted, "%s n=%zu: %08x, not %08x", what, n, is, wanted);
}

// RFC 3720, B.4, and the polynomial's check value.
void test_published() {
  std::array<Byte, 32> bytes{};
  expect(crc32c(bytes.data(), 32), 0x8a9136aa, "zeros", 32);
  bytes.fill(0xff);
  expect(crc32c(bytes.data(), 32), 0x62a8ab43, "ones", 32);
  std::iota(bytes.begin(), bytes.end(), Byte{0});
  expect(crc32c(bytes.data(), 32), 0x46dd794e, "upwards", 32);
  std::ranges::reverse(bytes);
  expect(crc32c(bytes.data(), 32), 0x113fdb5c, "downwards", 32);
  std::array<Byte, 48> command{};
  command[0] = 0x01;
  command[1] = 0xc0;
  command[16] = 0x14;
  command[22] = 0x04;
  command[27] = 0x14;
  command[31] = 0x18;
  command[32] = 0x28;
  command[40] = 0x02;
  expect(crc32c(command.data(), 48), 0xd9963a56, "an iSCSI read", 48);
  constexpr std::string_view kDigits = "123456789";
  expect(crc32c(kDigits.data(), 9), 0xe3069283, "digits", 9);
  expect(crc32c(nullptr, 0), 0, "nothing", 0);
  expect(crc32c(nullptr, 0, 0x12345678), 0x12345678, "nothing after something", 0);
}

void test_copy(const Guarded &a, const Guarded &b, std::size_t n, std::uint32_t before) {
  const Byte *s = a.last(n);
  Byte *d = b.last(n);
  const std::size_t low = std::min<std::size_t>(64, static_cast<std::size_t>(d - b.begin()));
  std::fill(d - low, d + n, Byte{0xa5});
  expect(copy_crc32c(d, s, n, before), naive_crc32c(s, n, before), "copy, at the end", n);
  CHECK(naive_mismatch(s, d, n) == n, "n=%zu", n);
  CHECK(std::all_of(d - low, d, [](Byte x) { return x == 0xa5; }), "before, n=%zu", n);
  d = b.begin();
  std::fill_n(d, std::min(b.size(), n + 64), Byte{0xa5});
  expect(copy_crc32c(d, a.begin(), n, before), naive_crc32c(a.begin(), n, before), "copy", n);
  CHECK(naive_mismatch(a.begin(), d, n) == n, "n=%zu", n);
  CHECK(std::all_of(d + n, d + std::min(b.size(), n + 64), [](Byte x) { return x == 0xa5; }),
        "behind, n=%zu", n);
}

void test_sizes(const Guarded &a, const Guarded &b) {
  vmperf::CounterRng rng(11);
  for (const std::size_t n : sizes()) {
    const auto before = static_cast<std::uint32_t>(rng.next());
    expect(crc32c(a.last(n), n), naive_crc32c(a.last(n), n, 0), "at the end", n);
    expect(crc32c(a.begin(), n, before), naive_crc32c(a.begin(), n, before), "at the start", n);
    test_copy(a, b, n, before);
  }
}

void test_alignments(const Guarded &a, const Guarded &b) {
  for (std::size_t n = 0; n <= 300; ++n) {
    for (std::size_t from = 0; from < 64; ++from) {
      const Byte *p = a.begin() + 4096 - n / 2 + from; // about the end of a page
      const std::uint32_t wanted = naive_crc32c(p, n, static_cast<std::uint32_t>(from));
      expect(crc32c(p, n, static_cast<std::uint32_t>(from)), wanted, "aligned anyhow", n);
      Byte *d = b.begin() + 4096 - n + 7 * from % 64;
      expect(copy_crc32c(d, p, n, static_cast<std::uint32_t>(from)), wanted, "copy anyhow", n);
      CHECK(naive_mismatch(p, d, n) == n, "n=%zu from=%zu", n, from);
    }
  }
}

// One bit, anywhere, is seen; so is what the CRC before was.
void test_bits(const Guarded &a) {
  vmperf::CounterRng rng(12);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t n = 1 + rng.below(8192);
    Byte *p = a.begin() + rng.below(64);
    const auto before = static_cast<std::uint32_t>(rng.next());
    const std::uint32_t crc = crc32c(p, n, before);
    CHECK(crc32c(p, n, before ^ (1U << rng.below(32))) != crc, "n=%zu", n);
    Byte &one = p[rng.below(n)];
    one = static_cast<Byte>(one ^ (1U << rng.below(8)));
    CHECK(crc32c(p, n, before) != crc, "n=%zu", n);
    expect(crc32c(p, n, before), naive_crc32c(p, n, before), "changed", n);
  }
}

void test_splits(const Guarded &a) {
  vmperf::CounterRng rng(13);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t n = rng.below(i % 10 == 0 ? 100'000 : 3000);
    const std::size_t cut = rng.below(n + 1);
    const Byte *p = a.begin() + rng.below(64);
    const std::uint32_t whole = crc32c(p, n);
    const std::uint32_t head = crc32c(p, cut);
    expect(crc32c(p + cut, n - cut, head), whole, "handed on", n);
    expect(crc32c_combine(head, crc32c(p + cut, n - cut), n - cut), whole, "combined", n);
  }
}

// Sizes that no buffer has: appending 2^k zeros twice is appending 2^(k+1).
void test_combine_of_large_sizes() {
  std::uint32_t of_zeros = naive_crc32c(std::array<Byte, 1>{}.data(), 1, 0);
  for (unsigned k = 0; k < 63; ++k) {
    const std::uint64_t n = std::uint64_t{1} << k;
    const std::uint32_t crc = 0x9e3779b9U * (k + 1);
    const std::uint32_t twice = crc32c_combine(of_zeros, of_zeros, n);
    expect(crc32c_combine(crc32c_combine(crc, of_zeros, n), of_zeros, n),
           crc32c_combine(crc, twice, 2 * n), "zeros", k);
    if (k < 20) {
      const std::vector<Byte> zeros(2 * n);
      expect(twice, naive_crc32c(zeros.data(), zeros.size(), 0), "zeros", k);
    }
    of_zeros = twice;
  }
  expect(crc32c_combine(1, 2, 0), 3, "nothing behind", 0);
}

void test_overlaps(const Guarded &a) {
  std::vector<Byte> expected;
  for (const std::size_t n : {0, 1, 7, 16, 33, 64, 100, 500, 2000}) {
    for (std::ptrdiff_t ahead = -300; ahead <= 300; ahead += n > 64 ? 1 : 7) {
      paint(a.begin(), 4096, 9);
      Byte *s = a.begin() + 1024;
      expected.assign(s, s + n);
      const std::uint32_t wanted = naive_crc32c(s, n, 5);
      expect(copy_crc32c(s + ahead, s, n, 5), wanted, "overlapping", n);
      CHECK(naive_mismatch(expected.data(), s + ahead, n) == n, "n=%zu ahead=%td", n, ahead);
    }
  }
}

} // namespace

int main(int, char **argv) {
  set_simd_level(argv[1]);
  const Guarded a(kRoom);
  const Guarded b(kRoom);
  paint(a.begin(), a.size(), 10);
  test_published();
  test_sizes(a, b);
  test_alignments(a, b);
  test_bits(a);
  test_splits(a);
  test_combine_of_large_sizes();
  test_overlaps(a);
  std::puts("ok");
}
