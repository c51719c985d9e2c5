#include "page_heap.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "vmperf/alloc/size_classes.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {

void PageHeap::init(std::byte *base, std::uint32_t n_units, Span *spans,
                    std::uint8_t *stamps) noexcept {
  base_ = base;
  n_units_ = n_units;
  spans_ = spans;
  stamps_ = stamps;
}

unsigned PageHeap::bin_of(std::uint32_t n) noexcept {
  if (n <= 16) {
    return n - 1;
  }
  const auto log = static_cast<unsigned>(std::bit_width(n)) - 1;
  return 16 + (log - 4) * 4 + ((n >> (log - 2)) & 3U);
}

void PageHeap::link(std::uint32_t unit, std::uint32_t n) noexcept {
  const unsigned bin = bin_of(n);
  const std::uint32_t head = bins_[bin];
  spans_[unit + n - 1] = {.length = n, .previous = 0, .next = 0, .free = 1};
  spans_[unit] = {.length = n, .previous = kNone, .next = head, .free = 1};
  if (head != kNone) {
    spans_[head].previous = unit;
  }
  bins_[bin] = unit;
  filled_[bin / 64] |= std::uint64_t{1} << (bin % 64);
  free_units_ += n;
}

void PageHeap::unlink(std::uint32_t unit) noexcept {
  const Span span = spans_[unit];
  const unsigned bin = bin_of(span.length);
  if (span.previous != kNone) {
    spans_[span.previous].next = span.next;
  } else {
    bins_[bin] = span.next;
    if (span.next == kNone) {
      filled_[bin / 64] &= ~(std::uint64_t{1} << (bin % 64));
    }
  }
  if (span.next != kNone) {
    spans_[span.next].previous = span.previous;
  }
  spans_[unit].free = 0;
  spans_[unit + span.length - 1].free = 0;
  free_units_ -= span.length;
}

// A free span of at least n units: of its own bin one of the first 8, of the next any.
std::uint32_t PageHeap::find(std::uint32_t n) const noexcept {
  const unsigned own = bin_of(n);
  std::uint32_t unit = bins_[own];
  for (unsigned tries = 0; unit != kNone && tries < 8; ++tries, unit = spans_[unit].next) {
    if (spans_[unit].length >= n) {
      return unit;
    }
  }
  for (unsigned word = (own + 1) / 64; word < kBins / 64; ++word) {
    std::uint64_t bits = filled_[word];
    if (word == (own + 1) / 64) {
      bits &= ~std::uint64_t{0} << ((own + 1) % 64);
    }
    if (bits != 0) {
      return bins_[word * 64 + static_cast<unsigned>(std::countr_zero(bits))];
    }
  }
  return kNone;
}

// Units never handed out, together with the free span that ends where they begin.
std::uint32_t PageHeap::take_fresh(std::uint32_t n) noexcept {
  std::uint32_t unit = fresh_;
  if (fresh_ > 1 && spans_[fresh_ - 1].free != 0) {
    unit = fresh_ - spans_[fresh_ - 1].length;
  }
  if (n > n_units_ - unit) {
    return kNone;
  }
  if (unit != fresh_) {
    unlink(unit);
  }
  fresh_ = unit + n;
  return unit;
}

// n units of a free span from `skip` on; what is left of it stays free.
std::uint32_t PageHeap::carve(std::uint32_t unit, std::uint32_t skip, std::uint32_t n) noexcept {
  const std::uint32_t length = spans_[unit].length;
  unlink(unit);
  if (skip != 0) {
    link(unit, skip);
  }
  if (length > skip + n) {
    link(unit + skip + n, length - skip - n);
  }
  return unit + skip;
}

bool PageHeap::is_zero(std::uint32_t unit, std::uint32_t n) const noexcept {
  return std::all_of(stamps_ + unit, stamps_ + unit + n, [](std::uint8_t s) { return s == 0; });
}

std::uint32_t PageHeap::allocate(std::uint32_t n, bool &zero) noexcept {
  std::uint32_t unit = find(n);
  unit = unit != kNone ? carve(unit, 0, n) : take_fresh(n);
  zero = unit != kNone && is_zero(unit, n);
  return unit;
}

std::uint32_t PageHeap::allocate_aligned(std::uint32_t n, std::size_t alignment,
                                         bool &zero) noexcept {
  const auto slack = static_cast<std::uint32_t>((alignment >> kUnitShift) - 1);
  if (n > n_units_ || slack > n_units_ - n) {
    return kNone;
  }
  const std::uint32_t first = allocate(n + slack, zero);
  if (first == kNone) {
    return kNone;
  }
  const auto address =
      reinterpret_cast<std::uintptr_t>(base_) + (std::uintptr_t{first} << kUnitShift);
  const auto skip =
      static_cast<std::uint32_t>((align_up(address, alignment) - address) >> kUnitShift);
  // What is cut off keeps its stamps: it is as zero as it was.
  if (skip != 0) {
    free(first, skip, 0);
  }
  if (slack > skip) {
    free(first + skip + n, slack - skip, 0);
  }
  return first + skip;
}

void PageHeap::free(std::uint32_t unit, std::uint32_t n, std::uint8_t tick) noexcept {
  if (tick != 0) {
    std::memset(stamps_ + unit, tick, n);
  }
  if (unit > 1 && spans_[unit - 1].free != 0) {
    const std::uint32_t before = spans_[unit - 1].length;
    unlink(unit - before);
    unit -= before;
    n += before;
  }
  if (unit + n < fresh_ && spans_[unit + n].free != 0) {
    const std::uint32_t behind = spans_[unit + n].length;
    unlink(unit + n);
    n += behind;
  }
  link(unit, n);
}

bool PageHeap::extend(std::uint32_t unit, std::uint32_t n, std::uint32_t more) noexcept {
  const std::uint32_t behind = unit + n;
  if (behind < fresh_) {
    if (spans_[behind].free == 0 || spans_[behind].length < more) {
      return false;
    }
    carve(behind, 0, more);
    return true;
  }
  if (more > n_units_ - fresh_) {
    return false;
  }
  fresh_ += more;
  return true;
}

// Runs of units that are old enough, one call of the system each.
std::size_t PageHeap::purge_span(std::uint32_t unit, std::uint8_t tick, unsigned age) noexcept {
  const auto is_due = [&](std::uint32_t at) {
    const unsigned passed = (unsigned{tick} + kTicks - stamps_[at]) % kTicks;
    return stamps_[at] != 0 && passed >= age;
  };
  std::size_t bytes = 0;
  const std::uint32_t end = unit + spans_[unit].length;
  for (std::uint32_t at = unit; at < end;) {
    if (!is_due(at)) {
      ++at;
      continue;
    }
    std::uint32_t last = at + 1;
    while (last < end && is_due(last)) {
      ++last;
    }
    const std::size_t run = std::size_t{last - at} << kUnitShift;
    if (os::drop_pages(base_ + (std::size_t{at} << kUnitShift), run)) {
      std::memset(stamps_ + at, 0, last - at);
      bytes += run;
    }
    at = last;
  }
  return bytes;
}

std::size_t PageHeap::purge(std::uint8_t tick, unsigned age, std::size_t most_bytes) noexcept {
  std::size_t bytes = 0;
  for (const std::uint32_t head : bins_) {
    for (std::uint32_t unit = head; unit != kNone && bytes < most_bytes; unit = spans_[unit].next) {
      bytes += purge_span(unit, tick, age);
    }
  }
  purged_bytes_ += bytes;
  return bytes;
}

} // namespace vmperf::alloc
