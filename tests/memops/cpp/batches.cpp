// Batches of one level against a loop of byte copies; validation; 2-D copies. Usage: batches LEVEL.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "support.hpp"
#include "vmperf/memops/memops.hpp"

using namespace vmperf::memops;

namespace {

using Numbers = std::vector<std::uint64_t>;
constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

std::span<std::byte> bytes(Byte *p, std::size_t n) {
  return {reinterpret_cast<std::byte *>(p), n};
}

// Sizes of every tier, offsets anywhere, now and then at an arena's very end.
void draw(vmperf::CounterRng &rng, std::size_t room, std::uint64_t same, Numbers &d, Numbers &s,
          Numbers &n) {
  for (std::size_t i = 0; i < n.size(); ++i) {
    n[i] = same != kHuge ? same : rng.below(rng.below(4) == 0 ? 900 : 65);
    const std::uint64_t left = room - n[i];
    d[i] = rng.below(8) == 0 ? left : rng.below(left + 1);
    s[i] = rng.below(8) == 0 ? left : rng.below(left + 1);
  }
}

// One arena ends where memory does, or some bytes before its last page does.
void test_arenas(std::size_t room, std::size_t spare, std::uint64_t seed) {
  vmperf::CounterRng rng(seed);
  const Guarded src(room);
  const Guarded dst(room);
  const std::size_t used = room - spare;
  std::vector<Byte> want(room);
  paint(src.begin(), room, 6);
  for (const Policy policy : {Policy::balanced, Policy::throughput, Policy::forward}) {
    for (const std::uint64_t same : {kHuge, std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{64},
                                     std::uint64_t{100}, std::uint64_t{256}, std::uint64_t{4096}}) {
      Numbers d(200);
      Numbers s(200);
      Numbers n(200);
      draw(rng, used, same, d, s, n);
      std::memset(dst.begin(), 0, room);
      std::memset(want.data(), 0, room);
      copy_batch(bytes(dst.begin(), used), bytes(src.begin(), used), d, s, n, policy);
      for (std::size_t i = 0; i < n.size(); ++i) {
        naive_move(want.data() + d[i], src.begin() + s[i], n[i]);
      }
      CHECK(naive_mismatch(dst.begin(), want.data(), room) == room, "same %zu, spare %zu",
            static_cast<std::size_t>(same), spare);
    }
  }
}

void test_results() {
  for (const std::size_t spare : {0U, 1U, 63U, 64U, 1000U}) {
    test_arenas(8192, spare, 11 + spare);
  }
  test_arenas(std::size_t{2} << 20U, 0, 10); // far
}

// Within one arena an element may read what one before it wrote, and overlap itself.
void test_order_within_one_arena() {
  vmperf::CounterRng rng(12);
  for (const std::uint64_t same :
       {kHuge, std::uint64_t{64}, std::uint64_t{256}, std::uint64_t{4096}}) {
    const std::size_t room = 6000;
    std::vector<Byte> ours(room);
    std::vector<Byte> want(room);
    paint(ours.data(), room, 6);
    paint(want.data(), room, 6);
    Numbers d(500);
    Numbers s(500);
    Numbers n(500);
    draw(rng, room, same, d, s, n);
    copy_batch(bytes(ours.data(), room), bytes(ours.data(), room), d, s, n);
    for (std::size_t i = 0; i < n.size(); ++i) {
      naive_move(want.data() + d[i], want.data() + s[i], n[i]);
    }
    CHECK(naive_mismatch(ours.data(), want.data(), room) == room, "same %zu",
          static_cast<std::size_t>(same));
  }
}

void test_packed() {
  vmperf::CounterRng rng(13);
  std::vector<Byte> arena(5000);
  std::vector<Byte> packed(20000);
  std::vector<Byte> back(5000);
  paint(arena.data(), arena.size(), 8);
  Numbers at;
  Numbers n;
  std::size_t total = 0;
  for (std::size_t i = 0; i + 70 < arena.size(); i += n.back()) {
    at.push_back(i);
    n.push_back(1 + rng.below(70));
    total += n.back();
  }
  const Guarded exact(total); // packed flush against the end
  CHECK(gather(bytes(exact.last(total), total), bytes(arena.data(), 5000), at, n) == total, "sum");
  CHECK(naive_mismatch(exact.last(total), arena.data(), total) == total, "gather");
  CHECK(scatter(bytes(back.data(), 5000), bytes(exact.last(total), total), at, n) == total, "sum");
  CHECK(naive_mismatch(back.data(), arena.data(), total) == total, "scatter");
  CHECK(gather({}, {}, {}, {}) == 0, "nothing");
  copy_batch({}, {}, {}, {}, {});
}

template <class Call> void expect_bad(std::size_t index, std::string_view name, Call call) {
  bool refused = false;
  try {
    call();
  } catch (const BadElementError &error) {
    refused = true;
    CHECK(error.index == index && error.argument == name, "%s: index %zu, not %zu", error.what(),
          error.index, index);
  }
  CHECK(refused, "element %zu of %s was taken", index, std::string(name).c_str());
}

// The last element is bad: nothing before it may have been copied.
void test_validation() {
  constexpr std::size_t kRoom = 4096;
  std::vector<Byte> src(kRoom, 1);
  std::vector<Byte> dst(kRoom, 0);
  std::vector<Byte> const untouched(kRoom, 0);
  const Numbers zeros(100);
  for (const auto &[off, size] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{kRoom - 9, 10},
                                                            {kRoom + 1, 0},
                                                            {0, kRoom + 1},
                                                            {kHuge, 1},
                                                            {kHuge, kHuge},
                                                            {1, kHuge},
                                                            {kHuge - 5, 6},
                                                            {std::uint64_t{1} << 63U, 1}}) {
    Numbers n(100, 10);
    Numbers bad(100);
    n[99] = size;
    bad[99] = off;
    const auto d = bytes(dst.data(), kRoom);
    const auto s = bytes(src.data(), kRoom);
    expect_bad(99, "dst_off[99]", [&] { copy_batch(d, s, bad, zeros, n); });
    if (size <= kRoom) {
      expect_bad(99, "src_off[99]", [&] { copy_batch(d, s, zeros, bad, n); });
    }
    expect_bad(99, "src_off[99]", [&] { static_cast<void>(gather(d, s, bad, n)); });
    expect_bad(99, "dst_off[99]", [&] { static_cast<void>(scatter(d, s, bad, n)); });
    bad[50] = kHuge; // the first bad one is named
    expect_bad(50, "dst_off[50]", [&] { copy_batch(d, s, bad, zeros, n); });
    CHECK(dst == untouched, "something was copied");
  }
  const Numbers many(100, 41); // 4100 bytes packed
  expect_bad(99, "n[99]", [&] {
    static_cast<void>(gather(bytes(dst.data(), kRoom), bytes(src.data(), kRoom), zeros, many));
  });
  CHECK(dst == untouched, "something was gathered");
}

// Whatever lanes the check has: a bad element at each place of batches of each length, beside
// others that fit exactly.
void test_bad_at_any_place() {
  constexpr std::size_t kRoom = 300;
  std::vector<Byte> src(kRoom, 1);
  std::vector<Byte> dst(kRoom, 0);
  const std::vector<Byte> untouched(kRoom, 0);
  const auto d = bytes(dst.data(), kRoom);
  const auto s = bytes(src.data(), kRoom);
  for (std::size_t count = 1; count <= 20; ++count) {
    const Numbers n(count, 100);
    const Numbers good(count, 200);
    for (std::size_t i = 0; i < count; ++i) {
      for (const std::uint64_t off : {std::uint64_t{201}, std::uint64_t{1} << 63U, kHuge - 99}) {
        Numbers bad = good;
        bad[i] = off;
        expect_bad(i, "dst_off[" + std::to_string(i) + "]",
                   [&] { copy_batch(d, s, bad, good, n); });
        expect_bad(i, "src_off[" + std::to_string(i) + "]",
                   [&] { copy_batch(d, s, good, bad, n); });
      }
      Numbers sizes = n;
      sizes[i] = kHuge - 199; // 200 more wrap to 0
      expect_bad(i, "dst_off[" + std::to_string(i) + "]",
                 [&] { copy_batch(d, s, good, good, sizes); });
    }
    CHECK(dst == untouched, "something was copied");
    copy_batch(d, s, good, good, n);
    std::memset(dst.data(), 0, kRoom);
  }
}

template <class Call> void expect_invalid(const char *argument, Call call) {
  bool refused = false;
  try {
    call();
  } catch (const vmperf::InvalidArgumentError &error) {
    refused = error.argument == argument;
    CHECK(refused, "%s", error.what());
  }
  CHECK(refused, "%s", argument);
}

void test_other_refusals() {
  std::vector<Byte> room(100);
  const auto all = bytes(room.data(), room.size());
  const Numbers two(2);
  const Numbers three(3);
  expect_invalid("the length of dst_off", [&] { copy_batch(all, all, two, three, three); });
  expect_invalid("the length of src_off", [&] { copy_batch(all, all, three, two, three); });
  expect_invalid("dst_stride", [&] { copy_2d(room.data(), room.data(), 2, 10, 9, 10); });
  expect_invalid("src_stride", [&] { copy_2d(room.data(), room.data(), 2, 10, 10, 9); });
  expect_invalid("src_stride", [&] { copy_2d(room.data(), room.data(), kHuge, 1, 1, kHuge); });
  copy_2d(room.data(), room.data() + 50, 1, 10, 0, 0);
  expect_invalid("stream_copy_bytes", [] { set_thresholds({4095, 4096, true}); });
  expect_invalid("stream_fill_bytes", [] { set_thresholds({4096, 0, true}); });
}

// An arena of numbers, in the middle of one that nothing may reach; the batch's own offsets and
// sizes lie in it, and its first element makes those of all others leave it. They hold as given.
void test_numbers_in_the_destination() {
  for (const std::size_t count : {std::size_t{9}, std::size_t{300}}) { // of one piece, of several
    for (int changed = 0; changed < 3; ++changed) {
      Numbers all(6 * count, 7);
      const std::span dst(all.data() + count, 4 * count);
      std::span<std::uint64_t> rows[3]; // NOLINT(modernize-avoid-c-arrays): dst_off, src_off, n
      for (std::size_t i = 0; i < 3; ++i) {
        rows[i] = dst.subspan(i * count, count);
      }
      for (std::size_t i = 0; i < count; ++i) { // all but the first: a word to the free last row
        rows[0][i] = (3 * count + i) * 8;
        rows[1][i] = 0;
        rows[2][i] = 8;
      }
      rows[0][0] = static_cast<std::size_t>(changed) * count * 8 + 8;
      rows[2][0] = (count - 1) * 8;
      const Numbers src(count, 4 * count * 8);
      const Numbers before(all);
      copy_batch(std::as_writable_bytes(dst), std::as_bytes(std::span(src)), rows[0], rows[1],
                 rows[2]);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t at = i - count; // in dst
        const bool overwritten = at / count == static_cast<std::size_t>(changed) && at % count != 0;
        const bool copied = i >= count && at < 4 * count && (overwritten || at > 3 * count);
        CHECK(all[i] == (copied ? 4 * count * 8 : before[i]), "count %zu, row %d, word %zu", count,
              changed, i);
      }
    }
  }
}

// Another thread makes an element bad and good again. Whatever the call says, nothing outside the
// destination is written, and a good call is a whole one.
void test_numbers_that_another_thread_changes() {
  constexpr std::size_t kRoom = 1024;
  constexpr std::size_t kFar = 3 * kRoom;
  std::vector<Byte> all(5 * kRoom, 0); // the bad offset lies within it
  const std::vector<Byte> src(2000, 1);
  const auto dst = bytes(all.data(), kRoom);
  const auto from = std::as_bytes(std::span(src));
  Numbers off(2000);
  const Numbers n(2000, 1);
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) {
      for (const std::size_t i : {0U, 999U, 1999U}) {
        __atomic_store_n(&off[i], kFar, __ATOMIC_RELAXED);
        __atomic_store_n(&off[i], 0, __ATOMIC_RELAXED);
      }
    }
  });
  int refused = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    try {
      turn % 2 == 0 ? copy_batch(dst, from, off, n, n)
                    : static_cast<void>(scatter(dst, from, off, n));
    } catch (const BadElementError &) {
      ++refused;
    }
  }
  done = true;
  other.join();
  CHECK(std::all_of(all.begin() + kRoom, all.end(), [](Byte b) { return b == 0; }),
        "written outside; %d refused", refused);
}

// With the least threshold every size streams; the results stay.
void test_thresholds() {
  const Thresholds before = thresholds();
  CHECK(before.stream_copy_bytes == std::size_t{24} << 20U && !before.measured, "default");
  set_thresholds({4096, 4096, false});
  std::vector<Byte> a(70000);
  std::vector<Byte> b(70000);
  paint(a.data(), a.size(), 1);
  for (std::size_t n = 4000; n < 69000; n += 1013) {
    zero(b.data(), b.size());
    copy(b.data() + n % 61, a.data() + n % 7, n);
    CHECK(equal(b.data() + n % 61, a.data() + n % 7, n) && b[n + n % 61] == 0, "n=%zu", n);
  }
  copy(a.data() + 100, a.data(), 60000); // overlapping: never past the caches
  paint(b.data(), b.size(), 1);
  CHECK(equal(a.data() + 100, b.data(), 60000), "overlap");
  const Thresholds found = calibrate();
  CHECK(found.measured && found.stream_copy_bytes >= (std::size_t{2} << 20U) &&
            found.stream_fill_bytes >= (std::size_t{2} << 20U),
        "%zu %zu", found.stream_copy_bytes, found.stream_fill_bytes);
  CHECK(thresholds().stream_copy_bytes == found.stream_copy_bytes, "set");
}

} // namespace

int main(int argc, char **argv) {
  CHECK(argc == 2, "usage: batches LEVEL");
  set_simd_level(argv[1]);
  test_results();
  test_order_within_one_arena();
  test_packed();
  test_validation();
  test_bad_at_any_place();
  test_numbers_in_the_destination();
  test_numbers_that_another_thread_changes();
  test_other_refusals();
  test_thresholds();
  std::puts("ok");
}
