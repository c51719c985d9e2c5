// Readers beside a writer. hammer: two pages that share ONE set are filled in turn, each time with
// a PA that is made of page and version; readers take none that was not made for the page they
// asked for. (With many sets, torn entries are too rare to be found.) Two words read apart, planted
// here, must be caught by the very same test. order: whoever looks a page up after a flush of it
// returned never sees what it mapped to before, while all fill, and context ids come round all the
// time. Usage: races [hammer | order | planted] READS; under ThreadSanitizer without the vector
// layout.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "vmperf/base/rng.hpp"
#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/ways_tlb.hpp"

using namespace vmperf;
using namespace vmperf::tlb;

namespace {

constexpr std::uint64_t kPages = 2, kVersions = 1U << 16U;

std::uint64_t va_of(std::uint64_t page) {
  return 0x10'0000'0000 + page * 4096 * kPageBytes; // the same set of up to 4096
}
// 8 bits of a hash of page and version, over the version: below 2^24 pages.
std::uint64_t ppn_of(std::uint64_t page, std::uint64_t version) {
  return version << 8U | (mix64(version * kPages + page) & 0xffU);
}

// Two words, read apart: what all layouts are there to avoid. Between the two it lets others work,
// so that even on one CPU a writer gets in.
struct TornEntry {
  static constexpr bool kShared = true;
  static constexpr bool kNeedsInvertible = false;
  static constexpr unsigned kLeastSetBits = 0;
  using Codec = WideCodec;
  using Value = WideValue;
  struct Cell {
    std::atomic<std::uint64_t> tag{0}, data{0};
  };
  static constexpr ContextCoding coding(unsigned k) noexcept { return Codec::coding(k); }
  static Value load(const Cell &cell) noexcept {
    const std::uint64_t tag = cell.tag.load(std::memory_order_acquire);
    std::this_thread::yield();
    return {.tag = tag, .data = cell.data.load(std::memory_order_acquire)};
  }
  static void store(Cell &cell, Value value) noexcept {
    cell.tag.store(0, std::memory_order_release);
    cell.data.store(value.data, std::memory_order_release);
    cell.tag.store(value.tag, std::memory_order_release);
  }
  static void clear(Cell &cell) noexcept { store(cell, {.tag = 0, .data = 0}); }
  static bool is_empty(Value value) noexcept { return (value.tag & WideCodec::kPerms) == 0; }
};

template <class Tlb> std::uint64_t hammer(std::uint64_t reads) {
  Tlb tlb(64 * Tlb::kWays);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint64_t i = 0; !done.load(std::memory_order_relaxed); ++i) {
      const std::uint64_t page = i % kPages, version = i / kPages % kVersions;
      tlb.fill(va_of(page), {.pa = ppn_of(page, version) * kPageBytes, .perms = kRead});
      if (i % 1024 == 1023) {
        tlb.flush();
      }
    }
  });
  const auto context = tlb.context();
  std::uint64_t wrong = 0, hits = 0;
  for (std::uint64_t i = 0; i < reads || hits < 1000; ++i) {
    const std::uint64_t page = i % kPages;
    const std::uint64_t pa = tlb.template lookup<Access::read>(va_of(page) + 8, context);
    if (pa != kMiss) {
      ++hits;
      const std::uint64_t version = pa / kPageBytes >> 8U;
      wrong += pa % kPageBytes != 8 || ppn_of(page, version) != pa / kPageBytes ? 1 : 0;
    }
    if (i >= reads) { // a machine so busy that the writer has not begun
      std::this_thread::yield();
    }
  }
  done.store(true);
  writer.join();
  return wrong;
}

// A page table of two pages, each an atomic version; a flush after each change of it.
template <class Tlb> std::uint64_t order(std::uint64_t lookups) {
  Tlb tlb(64 * Tlb::kWays);
  std::atomic<std::uint64_t> table[kPages]{};   // NOLINT(modernize-avoid-c-arrays)
  std::atomic<std::uint64_t> flushed[kPages]{}; // NOLINT(modernize-avoid-c-arrays)
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0};
  const auto look = [&](std::uint64_t i) {
    const std::uint64_t page = i / 3 % kPages, va = va_of(page);
    const std::uint64_t least = flushed[page].load(std::memory_order_acquire);
    std::uint64_t pa = 0;
    if (i % 64 == 0) {                // the batch, with 16 of them
      std::uint64_t vas[16], pas[16]; // NOLINT(modernize-avoid-c-arrays)
      std::uint8_t faults[16];        // NOLINT(modernize-avoid-c-arrays)
      std::uint32_t misses[16];       // NOLINT(modernize-avoid-c-arrays)
      for (std::size_t k = 0; k < 16; ++k) {
        vas[k] = k % 2 == 0 ? va : va_of(5);
      }
      tlb.translate(vas, pas, faults, 16, Access::read, 1, misses);
      pa = pas[14];
    } else {
      pa = tlb.lookup(va, Access::read, 1);
    }
    if (pa == kMiss) {
      const auto ticket = tlb.ticket(va, 1);
      const std::uint64_t version = table[page].load(std::memory_order_acquire);
      tlb.fill(va, {.pa = version * kPageBytes, .perms = kRead}, ticket);
      return;
    }
    wrong += pa / kPageBytes < least ? 1 : 0;
  };
  std::thread other([&] {
    for (std::uint64_t i = 0; !done.load(std::memory_order_relaxed); ++i) {
      look(i);
    }
  });
  std::thread owner([&] {
    // As many versions as the narrowest PA has room for: none comes round.
    for (std::uint64_t i = 0; i < kPages << 23U && !done.load(std::memory_order_relaxed); ++i) {
      const std::uint64_t page = i % kPages, version = i / kPages + 1;
      table[page].store(version, std::memory_order_release);
      switch (i / kPages % 5) {
      case 0:
        tlb.flush();
        break;
      case 1:
        tlb.flush_asid(1);
        break;
      case 2:
        tlb.flush_page(va_of(page), kPageBytes, 1);
        break;
      case 3:
        tlb.flush_page(va_of(page), std::uint64_t{2} << 20U, 1);
        break;
      default:
        tlb.flush_range(va_of(page), va_of(page) + 100, 1);
      }
      flushed[page].store(version, std::memory_order_release);
    }
  });
  for (std::uint64_t i = 0; i < lookups; ++i) {
    look(i);
  }
  done.store(true);
  other.join();
  owner.join();
  return wrong.load();
}

int failures = 0;

void say(const char *what, const char *design, std::uint64_t wrong) {
  if (wrong != 0) {
    std::fprintf(stderr, "%s: %s: %llu wrong\n", what, design,
                 static_cast<unsigned long long>(wrong));
    ++failures;
  }
}

template <class Tlb> void both(const char *name, const char *what, std::uint64_t n) {
  if (std::strcmp(what, "hammer") == 0) {
    say(what, name, hammer<Tlb>(n));
  } else {
    say(what, name, order<Tlb>(n));
  }
}

} // namespace

int main(int argc, char **argv) {
  const char *const what = argc > 1 ? argv[1] : "hammer";
  const std::uint64_t n = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000000;
  if (std::strcmp(what, "planted") == 0) {
    std::uint64_t found = 0;
    for (std::uint64_t tried = 0; found == 0 && tried < 1000; ++tried) {
      found = hammer<DirectTlb<TornEntry>>(n);
    }
    std::puts(found != 0 ? "caught" : "not caught");
    return 0;
  }
  both<DirectTlb<PackedEntry<>>>("packed", what, n);
  both<DirectTlb<SeqlockEntry>>("seqlock", what, n);
  both<WaysTlb<4>>("ways4", what, n);
  both<WaysTlb<8>>("ways8", what, n);
#ifndef __SANITIZE_THREAD__
  if (wide_is_atomic()) {
    both<DirectTlb<WideEntry>>("atomic16", what, n);
  }
#endif
  std::puts(failures == 0 ? "ok" : "wrong");
}
