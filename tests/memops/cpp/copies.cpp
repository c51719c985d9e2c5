// Copies, moves and fills of one level against byte loops. Usage: copies LEVEL.
#include <string>

#include "support.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

namespace {

constexpr std::size_t kMost = (std::size_t{1} << 20U) + 3;
constexpr std::size_t kCanary = 64;

struct Named {
  const char *name;
  Ops::Copy *copy;
  bool needs_slack;
};

std::vector<Named> all_copies(const Ops &ops) {
  return {{"balanced", ops.copy_balanced, false}, {"throughput", ops.copy_throughput, false},
          {"forward", ops.copy_forward, false},   {"slack", ops.copy_slack, true},
          {"temporal", ops.copy_temporal, false}, {"stream", ops.copy_stream, false}};
}

// One copy between painted buffers, with canaries either side of the destination.
class Bench {
public:
  Bench() : src_(kMost + 4096), dst_(kMost + 4096 + 2 * kCanary) {
    paint(src_.begin(), src_.size(), 1);
  }

  void run(const Named &one, std::size_t n, std::size_t d_at, std::size_t s_at) {
    Byte *d = dst_.begin() + kCanary + d_at;
    const Byte *s = src_.begin() + s_at;
    for (std::size_t i = 0; i < n + 2 * kCanary; ++i) {
      d[i - kCanary] = 0xee;
    }
    CHECK(one.copy(d, s, n) == d, "%s returns dst", one.name);
    const std::size_t same = naive_mismatch(d, s, n);
    CHECK(same == n, "%s n=%zu d%%%zu s%%%zu byte %zu", one.name, n, d_at, s_at, same);
    for (std::size_t i = 0; i < kCanary; ++i) {
      CHECK(*(d - 1 - i) == 0xee && d[n + i] == 0xee, "%s n=%zu d%%%zu s%%%zu canary %zu", one.name,
            n, d_at, s_at, i);
    }
  }

private:
  Guarded src_, dst_;
};

void test_sizes(const std::vector<Named> &copies) {
  Bench bench;
  vmperf::CounterRng rng(7);
  for (const Named &one : copies) {
    for (const std::size_t n : sizes()) {
      bench.run(one, n, 0, 0);
      bench.run(one, n, rng.below(64), rng.below(64));
      bench.run(one, n, 8 + rng.below(64), 0); // ahead by a little modulo 4096
    }
  }
}

void test_alignments(const std::vector<Named> &copies) {
  Bench bench;
  vmperf::CounterRng rng(8);
  for (const Named &one : copies) {
    for (std::size_t d = 0; d < 64; ++d) {
      for (std::size_t s = 0; s < 64; ++s) {
        for (std::size_t n = 0; n < 300; n += 1 + rng.below(24)) {
          bench.run(one, n, d, s);
        }
        bench.run(one, 300 + rng.below(3000), d, s);
      }
    }
  }
}

// Both sides about a page's end inside mapped memory, where small copies change their window.
void test_page_crossings(const std::vector<Named> &copies) {
  Bench bench;
  vmperf::CounterRng rng(10);
  for (const Named &one : copies) {
    for (std::size_t d = 0; d < 80; ++d) {
      for (std::size_t s = 0; s < 80; s += 1 + rng.below(4)) {
        for (std::size_t n = 0; n < 80; n += 1 + rng.below(6)) {
          bench.run(one, n, 4096 - 75 - kCanary + d, 4096 - 75 + s);
        }
      }
      bench.run(one, d, 4096 - 75 - kCanary + d, 8); // one side alone
      bench.run(one, d, 8, 4096 - 75 + d);
    }
  }
}

void test_overlaps(const std::vector<Named> &copies) {
  constexpr std::size_t kRoom = 6000;
  std::vector<Byte> ours(kRoom);
  std::vector<Byte> theirs(kRoom);
  vmperf::CounterRng rng(9);
  for (const Named &one : copies) {
    for (int delta = -300; delta <= 300; ++delta) {
      for (std::size_t n = 0; n < 5000; n += 1 + n / 8 + rng.below(16)) {
        paint(ours.data(), kRoom, 3);
        paint(theirs.data(), kRoom, 3);
        const std::size_t from = 320 + rng.below(64);
        const std::size_t to = static_cast<std::size_t>(static_cast<long>(from) + delta);
        one.copy(ours.data() + to, ours.data() + from, n);
        naive_move(theirs.data() + to, theirs.data() + from, n);
        const std::size_t same = naive_mismatch(ours.data(), theirs.data(), kRoom);
        CHECK(same == kRoom, "%s n=%zu delta=%d byte %zu", one.name, n, delta, same);
      }
    }
  }
}

// Both ends of source (read-only) and destination against pages that nobody may touch.
void test_page_ends(const std::vector<Named> &copies) {
  constexpr std::size_t kPages = 3 * 4096;
  const Guarded src(kPages);
  const Guarded dst(kPages);
  paint(src.begin(), src.size(), 5);
  src.make_read_only();
  for (const Named &one : copies) {
    for (std::size_t n = 0; n <= 2 * 4096; n += n < 1100 ? 1 : 61) {
      for (const Byte *s :
           {static_cast<const Byte *>(src.begin()), static_cast<const Byte *>(src.last(n))}) {
        for (Byte *d : {dst.begin(), dst.last(n)}) {
          if (n > 0) {
            d[0] = static_cast<Byte>(~s[0]);
          }
          one.copy(d, s, n);
          const std::size_t same = naive_mismatch(d, s, n);
          CHECK(same == n, "%s n=%zu at a page end: byte %zu", one.name, n, same);
        }
      }
    }
    if (!one.needs_slack) {
      one.copy(nullptr, nullptr, 0);
    }
    one.copy(dst.end(), src.end(), 0);
  }
}

void test_fills(const Ops &ops) {
  const Guarded buffer(kMost + 4096);
  Byte *const middle = buffer.begin() + 2048;
  Ops::Fill *const in_line = [](void *dst, Byte byte, std::size_t n) {
    fill(dst, byte, n); // of 16 to 64 bytes without the table
    return dst;
  };
  for (Ops::Fill *fill : {ops.fill, ops.fill_temporal, ops.fill_stream, in_line}) {
    for (const std::size_t n : sizes()) {
      for (const std::size_t at : {std::size_t{0}, std::size_t{1}, n % 64}) {
        Byte *d = middle + at;
        for (std::size_t i = 0; i < n + 2 * kCanary; ++i) {
          d[i - kCanary] = 0x11;
        }
        const Byte byte = static_cast<Byte>(n * 7 + 200);
        CHECK(fill(d, byte, n) == d, "returns dst");
        for (std::size_t i = 0; i < n; ++i) {
          CHECK(d[i] == byte, "fill n=%zu byte %zu", n, i);
        }
        for (std::size_t i = 0; i < kCanary; ++i) {
          CHECK(*(d - 1 - i) == 0x11 && d[n + i] == 0x11, "fill n=%zu canary %zu", n, i);
        }
      }
      if (n <= 4096) {
        fill(buffer.begin(), 1, n);
        fill(buffer.last(n), 1, n);
        CHECK(n == 0 || (buffer.begin()[n - 1] == 1 && *buffer.last(n) == 1), "n=%zu", n);
      }
    }
    fill(nullptr, 1, 0);
  }
}

void test_front_end() {
  std::vector<Byte> a(5000);
  std::vector<Byte> b(5000);
  paint(a.data(), a.size(), 2);
  for (const std::size_t n : {0U, 1U, 63U, 64U, 200U, 1023U, 1024U, 5000U}) {
    for (const Policy policy : {Policy::balanced, Policy::throughput, Policy::forward}) {
      for (const Hint hint : {Hint::automatic, Hint::temporal, Hint::stream}) {
        fill(b.data(), 0, b.size(), hint);
        CHECK(is_zero(b.data(), b.size()), "zero");
        copy(b.data(), a.data(), n, policy, hint);
        CHECK(equal(a.data(), b.data(), n) && is_zero(b.data() + n, b.size() - n), "n=%zu", n);
      }
    }
  }
  copy<200>(b.data() + 1, a.data());
  CHECK(equal<200>(b.data() + 1, a.data()), "copy<200>");
  copy<64>(b.data(), a.data() + 64);
  CHECK(equal<64>(b.data(), a.data() + 64) && !equal<64>(b.data(), a.data()), "copy<64>");
  zero<64>(b.data());
  zero<300>(b.data() + 100);
  CHECK(is_zero(b.data(), 64) && is_zero(b.data() + 100, 300) && !is_zero(b.data(), 65), "zero<N>");
  copy<Policy::forward>(b.data(), a.data(), 77);
  CHECK(compare(b.data(), a.data(), 77) == 0, "copy<Policy>");
  copy_2d(b.data(), a.data(), 10, 20, 64, 100);
  for (std::size_t row = 0; row < 10; ++row) {
    CHECK(equal(b.data() + row * 64, a.data() + row * 100, 20), "copy_2d row %zu", row);
  }
}

} // namespace

int main(int argc, char **argv) {
  CHECK(argc == 2, "usage: copies LEVEL");
  set_simd_level(argv[1]);
  CHECK(name_of(simd_level()) == std::string(argv[1]), "level");
  const Ops &table = ops();
  const std::vector<Named> copies = all_copies(table);
  test_sizes(copies);
  test_alignments(copies);
  test_page_crossings(copies);
  test_overlaps(copies);
  test_page_ends(copies);
  test_fills(table);
  test_front_end();
  std::puts("ok");
}
