// The layout of Histogram over all of its buckets, sums beyond 64 bits, copies and moves.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "vmperf/stats/histogram.hpp"

namespace {

using vmperf::stats::Histogram;

void expect(bool holds, const char *what) {
  if (!holds) {
    std::printf("%s\n", what);
    std::exit(1);
  }
}

// Buckets follow each other without a gap from 0 to 2^64 - 1, none wider than its digits allow.
void layout(int digits, double share) {
  const Histogram histogram(digits);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < histogram.n_buckets(); ++i) {
    const std::uint64_t low = histogram.lowest(i);
    const std::uint64_t high = histogram.highest(i);
    expect(low == next && high >= low, "buckets do not follow each other");
    expect(histogram.index_of(low) == i && histogram.index_of(high) == i, "an index is wrong");
    expect(static_cast<double>(high - low) <= share * static_cast<double>(low), "too wide");
    next = high + 1;
  }
  expect(next == 0, "the last bucket does not end at 2^64 - 1");
}

void sums() {
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  Histogram many;
  many.record_n(kHuge, kHuge - 1);
  many.record(7);
  expect(many.count() == kHuge, "count");
  expect(many.sum() == 0x1p128, "the sum of 128 bits"); // to 53 bits
  Histogram one_by_one;
  Histogram at_once;
  for (int i = 0; i < 1000; ++i) {
    one_by_one.record(kHuge - 5);
  }
  at_once.record_n(kHuge - 5, 1000);
  at_once.record_n(3, 0);
  expect(one_by_one == at_once, "record_n is not as many records");
  bool refused = false;
  try {
    many.merge(one_by_one);
  } catch (const vmperf::InvalidArgumentError &) {
    refused = true;
  }
  expect(refused && many.count() == kHuge, "a count beyond 64 bits");
}

void copies() {
  Histogram a;
  a.record(5);
  a.record(1'000'000);
  Histogram b = a;
  b.record(9);
  expect(a.count() == 2 && b.count() == 3, "a copy shares its table");
  a = b;
  expect(a == b, "assignment");
  Histogram c = std::move(b);
  expect(a == c, "a move");
  a.merge(a);
  expect(a.count() == 6 && a.count_at(a.index_of(9)) == 2, "a merge with itself");
  a.clear();
  expect(a == Histogram() && a.to_bytes() == Histogram().to_bytes(), "clear");
  expect(Histogram::from_bytes(c.to_bytes()) == c, "bytes");
}

} // namespace

int main() {
  layout(1, 0.1);
  layout(2, 0.01);
  layout(3, 0.001);
  layout(4, 0.0001);
  layout(5, 0.00001);
  sums();
  copies();
  std::puts("ok");
}
