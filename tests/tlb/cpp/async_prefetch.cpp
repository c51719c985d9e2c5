// A prefetcher with a thread: answers are those of the map as it is, before and after flushes, all
// guesses are accounted for, and it stops with requests under way.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "vmperf/tlb/async_prefetch.hpp"

namespace {

using namespace vmperf::tlb;

constexpr std::uint64_t kPages = 512;

void check(bool right, const char *what) {
  if (!right) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

// Frames by page; the last quarter is not mapped.
struct Map {
  std::vector<std::atomic<std::uint64_t>> frames = std::vector<std::atomic<std::uint64_t>>(kPages);

  Translation walk(std::uint64_t va) const {
    Translation found{.perms = kRead};
    if (va >> 12U < kPages * 3 / 4) {
      found.pa = frames[va >> 12U].load(std::memory_order_acquire) << 12U | (va & 4095U);
    } else {
      found.fault = Fault::not_present;
    }
    return found;
  }
};

struct Walker {
  const Map *map;
  std::atomic<std::uint64_t> *walks;
  Translation operator()(std::uint64_t va, Access, std::uint16_t) const {
    walks->fetch_add(1, std::memory_order_relaxed);
    return map->walk(va);
  }
};

void check_sums(const PrefetchCounts &c) {
  check(c.useless <= c.issued, "no count is negative");
  check(c.issued == c.present + c.late + c.waiting + c.useful + c.useless, "all are accounted for");
}

// Pages get new frames and are flushed while guesses of them are being walked: no answer is of the
// frame before.
void change(Map &map, AsyncPrefetcher<Walker> &prefetcher, std::uint64_t version) {
  for (std::uint64_t page = 0; page < kPages; ++page) {
    map.frames[page].store(page + version * kPages, std::memory_order_release);
  }
  switch (version % 3) {
  case 0:
    prefetcher.flush();
    break;
  case 1:
    prefetcher.flush_asid(7);
    break;
  default:
    prefetcher.flush_range(0, kPages * 4096 - 1, 7);
  }
}

void run(const char *word, unsigned degree, int rounds) {
  Map map;
  std::atomic<std::uint64_t> walks{0};
  AsyncPrefetcher<Walker> prefetcher({&map, &walks}, word, degree, 32);
  std::uint64_t misses = 0, version = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::uint64_t page = 0; page < kPages * 3 / 4; ++page) {
      const std::uint64_t va = page * 4096 + 8;
      Translation found;
      if (prefetcher.take(va, Access::read, 7, found)) {
        check(found.fault == Fault::none && found.perms == kRead, "an answer is a translation");
      } else {
        found = map.walk(va);
        ++misses;
      }
      check(found.pa == map.walk(va).pa, "an answer is of now");
      prefetcher.train(va, 7, 48, [](std::uint64_t at) { return at % 7 == 0; });
      if (page % 8 == 0) {
        for (std::uint64_t turn = 0, most = page % 64; turn < most; ++turn) {
          std::this_thread::yield(); // now and then the worker has walked before all changes
        }
        change(map, prefetcher, ++version);
      }
    }
    check_sums(prefetcher.counts());
  }
  const PrefetchCounts c = prefetcher.counts();
  check(misses + c.useful == static_cast<std::uint64_t>(rounds) * kPages * 3 / 4, "each was asked");
  check(c.issued > 0 && c.present > 0, "it guesses, and the TLB had some");
}

// Waits until the worker has answered: then the guess is useful.
void answered() {
  Map map;
  for (std::uint64_t page = 0; page < kPages; ++page) {
    map.frames[page] = page + 1;
  }
  std::atomic<std::uint64_t> walks{0};
  AsyncPrefetcher<Walker> prefetcher({&map, &walks}, "next_page", 1, 4);
  Translation found;
  for (std::uint64_t page = 0; page < 100; ++page) {
    prefetcher.train(page * 4096, 0, 48, [](std::uint64_t) { return false; });
    while (walks.load() != page + 1) {
      std::this_thread::yield();
    }
    while (!prefetcher.take((page + 1) * 4096, Access::read, 0, found)) {
      check(prefetcher.counts().late <= 100, "late ones are walked by the owner");
      if (prefetcher.counts().late + prefetcher.counts().useful == page + 1) {
        found.pa = (page + 2) * 4096;
        break;
      }
    }
    check(found.pa == (page + 2) * 4096, "the frame is that of the guessed page");
  }
  const PrefetchCounts c = prefetcher.counts();
  check(c.issued == 100 && c.late + c.useful == 100 && c.useless == 0, "useful, or late");
}

// Made and gone again with guesses under way.
void stop() {
  Map map;
  std::atomic<std::uint64_t> walks{0};
  for (int i = 0; i < 50; ++i) {
    AsyncPrefetcher<Walker> prefetcher({&map, &walks}, "next_page", 8, 16);
    for (int guess = 0; guess < i % 5; ++guess) {
      prefetcher.train(static_cast<std::uint64_t>(guess) * 65536, 0, 48,
                       [](std::uint64_t) { return false; });
    }
  }
}

} // namespace

int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 60;
  run("next_page", 2, rounds);
  run("stride", 8, rounds);
  run("markov", 2, rounds);
  run("distance", 2, rounds);
  answered();
  stop();
  std::puts("ok");
}
