// One fuzzed case: any operation, size, alignment, overlap and level, read from bytes, against byte
// loops, with canaries either side and now and then flush against pages that nobody may touch.
// Under AddressSanitizer all but the operands is poisoned. An input that fails is printed, and ends
// the program with status 1.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "support.hpp"
#include "vmperf/memops/memops.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n) (static_cast<void>(at), static_cast<void>(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) (static_cast<void>(at), static_cast<void>(n))
#endif

namespace fuzz {

using vmperf::memops::Level;
using vmperf::memops::Ops;
using vmperf::memops::Policy;

inline constexpr std::size_t kInputBytes = 28;
inline constexpr std::size_t kMost = (std::size_t{1} << 16U) + 3;
// Before a buffer that is not flush: overlaps reach there.
inline constexpr std::size_t kMargin = 2048;
inline constexpr std::size_t kRoom = kMargin + 64 + kMost + 3 * 4096;
inline constexpr std::ptrdiff_t kCanary = 128;

// The input as a line of text, ready for a signal handler.
inline std::string input_text = "input " + std::string(2 * kInputBytes, '0') + "\n";

inline void print_input() {
  std::fflush(stdout);
  static_cast<void>(!::write(STDOUT_FILENO, input_text.data(), input_text.size()));
}

inline void write_input_text(const Byte *data, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < kInputBytes; ++i) {
    const unsigned byte = i < size ? data[i] : 0;
    input_text[6 + 2 * i] = kDigits[byte / 16];
    input_text[7 + 2 * i] = kDigits[byte % 16];
  }
}

// Numbers from the input; zeros where it has ended.
class Input {
public:
  Input(const Byte *data, std::size_t size) : data_(data), left_(size) {}
  std::size_t take(std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes && left_ > 0; ++i, --left_) {
      value |= std::size_t{*data_++} << (8 * i);
    }
    return value;
  }

private:
  const Byte *data_;
  std::size_t left_;
};

// A mistake that must be found.
enum class Plant { none, lost, extra, overread };
inline Plant plant = Plant::none;

struct Named {
  const char *name;
  Ops::Copy *Ops::*entry;
  bool overlaps, needs_slack;
};

inline constexpr std::array<Named, 9> kCopies{
    {{"copy_balanced", &Ops::copy_balanced, true, false},
     {"copy_throughput", &Ops::copy_throughput, true, false},
     {"copy_forward", &Ops::copy_forward, true, false},
     {"copy_slack", &Ops::copy_slack, true, true},
     {"copy_temporal", &Ops::copy_temporal, true, false},
     {"copy_stream", &Ops::copy_stream, false, false},
     {"guest_copy_8", &Ops::guest_copy_8, false, false},
     {"guest_copy_16", &Ops::guest_copy_16, false, false},
     {"guest_copy_32", &Ops::guest_copy_32, false, false}}};
inline constexpr std::array<Ops::Fill * Ops::*, 3> kFills{&Ops::fill, &Ops::fill_temporal,
                                                          &Ops::fill_stream};

struct Case {
  std::string name;
  const Ops *ops;
  std::size_t n;
  Byte *d;
  Byte *s;
};

[[noreturn]] inline void fail(const Case &c, const char *what, std::size_t at) {
  std::printf("%s %s n=%zu d%%64=%zu s%%64=%zu (d-s)%%4096=%zu: %s %zu\n", c.name.c_str(),
              std::string(vmperf::memops::name_of(c.ops->level)).c_str(), c.n,
              reinterpret_cast<std::uintptr_t>(c.d) % 64,
              reinterpret_cast<std::uintptr_t>(c.s) % 64,
              static_cast<std::size_t>(c.d - c.s) % 4096, what, at);
  print_input();
  std::exit(1);
}

// A region, what is known of it about an operand, and what it must hold after the operation.
class Side {
public:
  Side(const Guarded &region, Byte *from, Byte *to, unsigned salt)
      : low_(from - std::min(kCanary, from - region.begin())),
        high_(to + std::min(kCanary, region.end() - to)) {
    paint(low_, size(), salt);
    expected.assign(low_, low_ + size());
  }

  Byte *model(const Byte *at) { return expected.data() + (at - low_); }
  void poison() const { ASAN_POISON_MEMORY_REGION(low_, size()); }
  void reveal() const { ASAN_UNPOISON_MEMORY_REGION(low_, size()); }
  void check(const Case &c, const Byte *operand) const {
    const std::size_t same = naive_mismatch(low_, expected.data(), size());
    if (same != size()) {
      fail(c, operand == c.d ? "wrong byte at d +" : "wrong byte at s +",
           static_cast<std::size_t>(low_ + same - operand));
    }
  }
  std::vector<Byte> expected;

private:
  std::size_t size() const { return static_cast<std::size_t>(high_ - low_); }
  Byte *low_;
  const Byte *high_;
};

inline void expose_operands(const Case &c, std::initializer_list<const Side *> sides) {
  for (const Side *side : sides) {
    side->poison();
  }
  ASAN_UNPOISON_MEMORY_REGION(c.s, c.n);
  ASAN_UNPOISON_MEMORY_REGION(c.d, c.n);
}

inline void call_copy(Ops::Copy *copy, const Case &c) {
  const bool lost = plant == Plant::lost && c.n > 64 && c.n % 8 == 1;
  void *const got = copy(c.d, c.s, lost ? c.n - 1 : c.n);
  if (plant == Plant::extra && c.n % 64 == 63) {
    c.d[c.n] = 0x5a;
  }
  if (plant == Plant::overread && c.n % 16 == 15) {
    static_cast<void>(static_cast<const volatile Byte *>(c.s)[c.n]);
  }
  if (got != c.d) {
    fail(c, "returns another pointer", 0);
  }
}

// One byte of the input each: how large, and where the buffer lies in its region.
inline std::size_t take_size(Input &in) {
  const std::size_t kind = in.take(1) % 16;
  const std::size_t raw = in.take(2);
  if (kind < 7) {
    return raw % 130;
  }
  if (kind < 13) {
    return raw % 1101;
  }
  const std::size_t power = std::size_t{1} << raw % 17;
  return kind < 15 ? std::max<std::size_t>(3, power + raw / 17 % 7) - 3 : raw;
}

inline Byte *take_place(Input &in, const Guarded &region, std::size_t n, std::size_t slack) {
  const std::size_t kind = in.take(1) % 8;
  const std::size_t raw = in.take(1);
  switch (kind) {
  case 0:
    return region.last(n + slack);
  case 1:
    return region.begin();
  case 2:
    return region.begin() + 4096 - raw % 80; // about the end of a page
  default:
    return region.begin() + kMargin + raw % 64;
  }
}

inline void run_copy(const Named &named, Case c, Input &in, const Guarded &a, const Guarded &b) {
  const std::size_t slack = named.needs_slack ? 64 : 0;
  Ops::Copy *copy = c.ops->*named.entry;
  copy = copy != nullptr ? copy : c.ops->guest_copy_8; // this level has no such access
  c.name = named.name;
  c.s = take_place(in, a, c.n, slack);
  c.d = take_place(in, b, c.n, slack);
  const std::size_t shift = in.take(2);
  if (named.overlaps && shift % 2 == 1) {
    c.s = b.begin() + kMargin + in.take(1) % 64;
    c.d = c.s + static_cast<std::ptrdiff_t>(shift / 2 % 2201) - 1100;
    Side both(b, std::min(c.s, c.d), std::max(c.s, c.d) + c.n, 3);
    naive_move(both.model(c.d), both.model(c.s), c.n);
    expose_operands(c, {&both});
    call_copy(copy, c);
    both.reveal();
    both.check(c, c.d);
    return;
  }
  const Side from(a, c.s, c.s + c.n, 1);
  Side to(b, c.d, c.d + c.n, 2);
  naive_move(to.model(c.d), c.s, c.n);
  expose_operands(c, {&from, &to});
  call_copy(copy, c);
  from.reveal();
  to.reveal();
  to.check(c, c.d);
  from.check(c, c.s);
}

inline void run_fill(Ops::Fill *fill, Case c, Input &in, const Guarded &b) {
  c.name = "fill";
  c.d = c.s = take_place(in, b, c.n, 0);
  const Byte byte = static_cast<Byte>(in.take(1));
  Side to(b, c.d, c.d + c.n, 4);
  std::fill_n(to.model(c.d), c.n, byte);
  expose_operands(c, {&to});
  if (fill(c.d, byte, c.n) != c.d) {
    fail(c, "returns another pointer", 0);
  }
  to.reveal();
  to.check(c, c.d);
}

inline void expect(const Case &c, const char *what, std::size_t is, std::size_t wanted) {
  if (is != wanted) {
    fail(c, what, is);
  }
}

// Equal content but for up to two bytes; then zeros but for those.
inline void run_scans(Case c, Input &in, const Guarded &a, const Guarded &b) {
  c.name = "scan";
  c.s = take_place(in, a, c.n, 0);
  c.d = take_place(in, b, c.n, 0);
  const Side left(a, c.s, c.s + c.n, 5);
  const Side right(b, c.d, c.d + c.n, 5);
  const std::array<std::size_t, 2> at{in.take(2), in.take(2)};
  const std::size_t differences = c.n == 0 ? 0 : in.take(1) % 3;
  const auto plant_in = [&](Byte *p) {
    for (std::size_t i = 0; i < differences; ++i) {
      Byte &one = p[at[i] % c.n];
      one = static_cast<Byte>(one ^ 0x81U);
    }
  };
  std::copy_n(c.s, c.n, c.d);
  plant_in(c.d);
  expose_operands(c, {&left, &right});
  const std::size_t first = naive_mismatch(c.s, c.d, c.n);
  expect(c, "mismatch says", c.ops->mismatch(c.s, c.d, c.n), first);
  const int order = c.ops->compare(c.s, c.d, c.n);
  const int wanted = first == c.n ? 0 : (c.s[first] < c.d[first] ? -1 : 1);
  expect(c,
         "compare has the wrong sign, +1:", static_cast<std::size_t>((order > 0) - (order < 0) + 1),
         static_cast<std::size_t>(wanted + 1));
  std::fill_n(c.d, c.n, Byte{0});
  plant_in(c.d);
  const auto found = static_cast<std::size_t>(std::find(c.d, c.d + c.n, 0x81) - c.d);
  expect(c, "find_byte says", c.ops->find_byte(c.d, 0x81, c.n), found);
  expect(c, "is_zero says", c.ops->is_zero(c.d, c.n) ? 1 : 0, found == c.n ? 1 : 0);
  left.reveal();
  right.reveal();
}

inline void run_batch(Case c, Input &in, const Guarded &a, const Guarded &b) {
  c.name = "copy_batch";
  c.s = take_place(in, a, c.n, 0);
  c.d = take_place(in, b, c.n, 0);
  const Side from(a, c.s, c.s + c.n, 6);
  Side to(b, c.d, c.d + c.n, 7);
  std::vector<std::uint64_t> sizes;
  std::vector<std::uint64_t> d_off;
  std::vector<std::uint64_t> s_off;
  const auto policy = static_cast<Policy>(in.take(1) % 3);
  const bool same = in.take(1) % 2 == 0;
  for (std::size_t i = 0; i < 4; ++i) {
    sizes.push_back(same && i > 0 ? sizes[0] : in.take(2) % (c.n + 1));
    d_off.push_back(in.take(1) * 257 % (c.n - sizes[i] + 1));
    s_off.push_back(in.take(1) * 263 % (c.n - sizes[i] + 1));
    naive_move(to.model(c.d) + d_off[i], c.s + s_off[i], sizes[i]);
  }
  expose_operands(c, {&from, &to});
  vmperf::memops::set_simd_level(c.ops->level);
  vmperf::memops::copy_batch({reinterpret_cast<std::byte *>(c.d), c.n},
                             {reinterpret_cast<std::byte *>(c.s), c.n}, d_off, s_off, sizes,
                             policy);
  from.reveal();
  to.reveal();
  to.check(c, c.d);
}

inline void run_crc(Case c, Input &in, const Guarded &a, const Guarded &b) {
  c.name = "crc32c";
  c.s = take_place(in, a, c.n, 0);
  c.d = take_place(in, b, c.n, 0);
  const Side from(a, c.s, c.s + c.n, 8);
  Side to(b, c.d, c.d + c.n, 9);
  const auto value = static_cast<std::uint32_t>(in.take(4));
  const std::size_t cut = in.take(2) % (c.n + 1);
  naive_move(to.model(c.d), c.s, c.n);
  expose_operands(c, {&from, &to});
  const std::uint32_t wanted = naive_crc32c(c.s, c.n, value);
  expect(c, "crc32c says", c.ops->crc32c(c.s, c.n, value), wanted);
  expect(c, "copy_crc32c says", c.ops->copy_crc32c(c.d, c.s, c.n, value), wanted);
  const std::uint32_t head = c.ops->crc32c(c.s, cut, value);
  const std::uint32_t rest = c.ops->crc32c(c.s + cut, c.n - cut, 0);
  expect(c, "crc32c_combine says", vmperf::memops::crc32c_combine(head, rest, c.n - cut), wanted);
  from.reveal();
  to.reveal();
  to.check(c, c.d);
}

inline void run_one(const Byte *data, std::size_t size) {
  static const Guarded a(kRoom);
  static const Guarded b(kRoom);
  static const std::vector<Level> levels = vmperf::memops::available_levels();
  write_input_text(data, size);
  Input in(data, std::min(size, kInputBytes));
  const std::size_t operation = in.take(1) % 18;
  Case c{.name = {},
         .ops = vmperf::memops::ops(levels[in.take(1) % levels.size()]),
         .n = 0,
         .d = {},
         .s = {}};
  c.n = take_size(in);
  if (operation < kCopies.size()) {
    run_copy(kCopies[operation], c, in, a, b);
  } else if (operation < kCopies.size() + kFills.size()) {
    run_fill(c.ops->*kFills[operation - kCopies.size()], c, in, b);
  } else if (operation < 14) {
    run_scans(c, in, a, b);
  } else if (operation < 16) {
    run_batch(c, in, a, b);
  } else {
    run_crc(c, in, a, b);
  }
}

} // namespace fuzz
