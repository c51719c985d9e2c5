// SoftTlb in C++ under a random mix of calls: what it answers is what the pages say now, whichever
// way it is asked, and what it refuses leaves it as it was. Usage: soft_tlb SEED
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/tlb/page_map.hpp"
#include "vmperf/tlb/soft_tlb.hpp"

namespace {

using namespace vmperf::tlb;

constexpr std::uint64_t kSmall = 4096, kLarge = std::uint64_t{2} << 20U;

void check(bool right, const char *what) {
  if (!right) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

class Run {
public:
  Run(const SoftTlbOptions &options, std::uint64_t seed) : tlb_(options), rng_(seed) {
    for (std::uint64_t page = 0; page < 96; ++page) {
      map_anew(page * kSmall, kSmall);
    }
    for (std::uint64_t page = 1; page < 4; ++page) {
      map_anew(page * kLarge, kLarge);
    }
  }

  void turn() {
    switch (rng_.below(8)) {
    case 0:
      change();
      break;
    case 1:
      batch();
      break;
    case 2:
      listed();
      break;
    case 3:
      refused();
      break;
    default:
      one();
    }
  }
  [[nodiscard]] SoftTlbStats stats() const { return tlb_.stats(); }

private:
  void map_anew(std::uint64_t va, std::uint64_t size) {
    pages_.map(va, rng_.below(1U << 18U) * size % (std::uint64_t{1} << 40U) / size * size, size,
               static_cast<std::uint8_t>(1 + rng_.below(7)), 3);
  }
  std::uint64_t draw() {
    return rng_.below(3) == 0 ? kLarge + rng_.below(4 * kLarge) : rng_.below(100 * kSmall);
  }
  void change() {
    const std::uint64_t va = rng_.below(96) * kSmall;
    const bool large = rng_.below(4) == 0;
    map_anew(large ? kLarge : va, large ? kLarge : kSmall);
    switch (rng_.below(4)) {
    case 0:
      tlb_.flush();
      break;
    case 1:
      tlb_.flush_asid(3);
      break;
    case 2:
      tlb_.flush_page(large ? kLarge + 5 : va + 5, large ? kLarge : kSmall, 3);
      break;
    default:
      tlb_.flush_range(large ? kLarge : va, large ? 2 * kLarge - 1 : va + kSmall - 1, 3);
    }
  }
  void one() {
    const std::uint64_t va = draw();
    const auto access = static_cast<Access>(rng_.below(3));
    const Translation now = pages_(va, access, 3);
    Fault fault = Fault::miss;
    const std::uint64_t pa = tlb_.lookup_or_walk(pages_, va, access, 3, fault);
    check(fault == now.fault, "a fault is the walk's");
    check(pa == (fault == Fault::none ? now.pa : kMiss), "an address is the walk's");
    check(tlb_.lookup(va, access, 4) == kMiss, "another address space has nothing");
  }
  void batch() {
    std::vector<std::uint64_t> va(rng_.below(600)), pa(va.size());
    std::vector<std::uint8_t> fault(va.size());
    for (std::uint64_t &address : va) {
      address = draw();
    }
    tlb_.translate_or_walk(pages_, va.data(), pa.data(), fault.data(), va.size(), Access::read, 3);
    for (std::size_t i = 0; i < va.size(); ++i) {
      const Translation now = pages_(va[i], Access::read, 3);
      check(fault[i] == static_cast<std::uint8_t>(now.fault), "a batch has the walk's faults");
      check(fault[i] != 0 || pa[i] == now.pa, "a batch has the walk's addresses");
    }
  }
  // As a caller with a walker of its own does it: misses by their list, then fill and prefetch.
  void listed() {
    std::vector<std::uint64_t> va(rng_.below(600)), pa(va.size());
    std::vector<std::uint8_t> fault(va.size());
    std::vector<std::uint32_t> misses(va.size());
    for (std::uint64_t &address : va) {
      address = rng_.below(20) == 0 ? std::uint64_t{1} << 50U : draw();
    }
    const std::size_t n = tlb_.translate(va.data(), pa.data(), fault.data(), va.size(),
                                         Access::write, 3, misses.data());
    std::size_t at = 0;
    for (std::size_t i = 0; i < va.size(); ++i) {
      if (fault[i] == 0) {
        const Translation now = pages_(va[i], Access::write, 3);
        check(now.fault == Fault::none && pa[i] == now.pa, "a hit is what the pages say");
        continue;
      }
      check(at < n && misses[at] == i && pa[i] == kMiss, "misses are listed in order");
      ++at;
      const bool bad = va[i] >> 47U != 0;
      check(fault[i] == static_cast<std::uint8_t>(bad ? Fault::non_canonical : Fault::miss),
            "a miss, or no address at all");
      if (const Translation now = pages_(va[i], Access::write, 3);
          !bad && now.fault == Fault::none) {
        tlb_.fill(va[i], now, 3);
        tlb_.prefetch(pages_);
      }
    }
    check(at == n, "as many as it said");
  }
  void refused() {
    const std::array<Translation, 4> bad = {{{.pa = std::uint64_t{1} << 41U, .perms = kRead},
                                             {.pa = 4097, .perms = kRead},
                                             {.pa = 0, .page_shift = 16, .perms = kRead},
                                             {.pa = 4096, .page_shift = 63, .perms = kRead}}};
    for (const Translation &found : bad) {
      bool threw = false;
      try {
        tlb_.fill(0x7ffff000, found, 3);
      } catch (const vmperf::InvalidArgumentError &) {
        threw = true;
      }
      check(threw && tlb_.lookup(0x7ffff000, Access::read, 3) == kMiss, "it is refused");
    }
    tlb_.fill(0x1000, {.pa = 0x2000, .perms = 0}, 3);
    check(tlb_.lookup(0x1000, Access::read, 3) == kMiss, "a page that permits nothing is no entry");
  }

  SoftTlb tlb_;
  PageMap pages_;
  vmperf::CounterRng rng_;
};

} // namespace

int main(int argc, char **argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::array<const char *, 5> prefetchers = {"", "next_page", "stride", "distance", "markov"};
  std::uint64_t i = 0;
  for (const unsigned ways : {1U, 1U, 4U, 64U}) {
    for (const char *prefetch : prefetchers) {
      for (const unsigned victim : {0U, 8U}) {
        Run run({.entries = ways == 1 && i % 2 == 0 ? 1024U : 64U,
                 .ways = ways,
                 .policy = static_cast<Policy>(i % 9),
                 .index = static_cast<Index>(i % 3),
                 .victim = victim,
                 .second_level = i % 4 == 0 ? 0U : 64U,
                 .prefetch = prefetch},
                seed + i++);
        for (int turn = 0; turn < 400; ++turn) {
          run.turn();
        }
        const PrefetchCounts c = run.stats().prefetch;
        check(c.useless <= c.issued && c.useful <= c.issued, "no count is negative");
      }
    }
  }
  std::puts("ok");
}
