// Comparing and searching of one level against byte loops. Usage: scans LEVEL.
#include <algorithm>

#include "support.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

namespace {

int sign(int x) {
  return (x > 0) - (x < 0);
}

void test_compare(const Byte *a, Byte *b, std::size_t n, std::size_t at) {
  CHECK(equal(a, b, n) && mismatch(a, b, n) == n && compare(a, b, n) == 0, "equal n=%zu", n);
  if (n == 0) {
    return;
  }
  const Byte kept = b[at];
  b[at] = static_cast<Byte>(kept ^ 0x80U);
  const int want = a[at] < b[at] ? -1 : 1;
  CHECK(mismatch(a, b, n) == at, "n=%zu at=%zu says %zu", n, at, mismatch(a, b, n));
  CHECK(sign(compare(a, b, n)) == want && sign(compare(b, a, n)) == -want, "n=%zu at=%zu", n, at);
  CHECK(!equal(a, b, n), "n=%zu at=%zu", n, at);
  const std::size_t later = at + (n - at) / 2; // a second difference changes nothing
  const Byte second = b[later];
  b[later] = static_cast<Byte>(a[later] + 1);
  CHECK(later == at || mismatch(a, b, n) == at, "n=%zu at=%zu later=%zu", n, at, later);
  b[later] = second;
  b[at] = kept;
}

void test_find(Byte *p, std::size_t n, std::size_t at) {
  std::fill(p, p + n, Byte{0x41});
  CHECK(find_byte(p, 0x40, n) == n && find_byte(p, 0xc1, n) == n, "none n=%zu", n);
  if (n == 0) {
    return;
  }
  p[at] = 0x40;
  p[at + (n - at) / 2] = 0x40;
  CHECK(find_byte(p, 0x40, n) == at, "n=%zu at=%zu", n, at);
  p[n - 1] = 0x40;
  CHECK(find_byte(p, 0x40, n) == at, "n=%zu at=%zu and the last", n, at);
}

void test_zero(Byte *p, std::size_t n, std::size_t at) {
  std::fill(p, p + n, Byte{0});
  CHECK(is_zero(p, n) && ops().is_zero(p, n), "n=%zu", n); // 16 to 64 bytes are inline
  if (n > 0) {
    p[at] = static_cast<Byte>(1U << (at % 8));
    CHECK(!is_zero(p, n) && !ops().is_zero(p, n), "n=%zu at=%zu", n, at);
  }
}

// Positions worth a look: the ends, and some between.
std::vector<std::size_t> positions(std::size_t n, vmperf::CounterRng &rng) {
  std::vector<std::size_t> found{0};
  if (n > 1) {
    found.insert(found.end(), {n - 1, n / 2, rng.below(n), rng.below(n), rng.below(n)});
  }
  return found;
}

void test_sizes() {
  constexpr std::size_t kRoom = (std::size_t{1} << 20U) + 4096;
  const Guarded a(kRoom);
  const Guarded b(kRoom);
  vmperf::CounterRng rng(3);
  for (const std::size_t n : sizes()) {
    paint(a.begin(), std::min(a.size(), n + 64), 4);
    for (const std::size_t at : positions(n, rng)) {
      for (const std::size_t skew : {std::size_t{0}, rng.below(64)}) {
        Byte *y = b.begin() + skew;
        std::copy_n(a.begin(), n, y);
        test_compare(a.begin(), y, n, at);
        test_find(y, n, at);
        test_zero(y, n, at);
      }
      if (n <= 5000) { // flush against the end of what may be read
        paint(a.last(n), n, 5);
        std::copy_n(a.last(n), n, b.last(n));
        test_compare(a.last(n), b.last(n), n, at);
        test_find(b.last(n), n, at);
        test_zero(b.last(n), n, at);
      }
    }
  }
  CHECK(equal(nullptr, nullptr, 0) && is_zero(nullptr, 0) && find_byte(nullptr, 0, 0) == 0, "null");
}

void test_pages() {
  constexpr std::size_t kN = 10 * 4096 + 100;
  std::vector<Byte> a(kN);
  std::vector<Byte> b(kN);
  b[4096] = 1;
  b[2 * 4096 - 1] = 1;
  b[7 * 4096 + 5] = 1;
  b[kN - 1] = 1;
  const std::vector<std::uint64_t> want{1, 7, 10};
  CHECK(page_diff(a.data(), b.data(), kN) == want, "page_diff");
  CHECK(page_diff(a.data(), b.data(), kN - 1).size() == 2, "page_diff without the last byte");
  CHECK(page_diff(a.data(), a.data(), kN).empty() && page_diff(nullptr, nullptr, 0).empty(),
        "none");
  bool zero[11]; // NOLINT(modernize-avoid-c-arrays)
  zero_pages(b.data(), kN, 4096, zero);
  for (std::size_t i = 0; i < 11; ++i) {
    CHECK(zero[i] == (i != 1 && i != 7 && i != 10), "page %zu", i);
  }
  int refused = 0;
  for (const std::size_t page : {std::size_t{0}, std::size_t{8192}}) {
    try {
      zero_pages(b.data(), kN, page, zero);
    } catch (const vmperf::InvalidArgumentError &) {
      ++refused;
    }
  }
  CHECK(refused == 2, "%d", refused);
}

} // namespace

int main(int argc, char **argv) {
  CHECK(argc == 2, "usage: scans LEVEL");
  set_simd_level(argv[1]);
  test_sizes();
  test_pages();
  std::puts("ok");
}
