// CheckedPool: every kind of wrong pointer, over slot sizes that are and aren't powers of two, over
// several slabs, and after growth, purge and moves.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/pool/checked_pool.hpp"

namespace {

using vmperf::CorruptionError;
using vmperf::InvalidArgumentError;
using vmperf::pool::AnySlots;
using vmperf::pool::CheckedPool;
using vmperf::pool::RawCheckedPool;

void require(bool holds, const std::string &what) {
  if (!holds) {
    std::printf("failed: %s\n", what.c_str());
    std::exit(1);
  }
}

template <class E = CorruptionError, class F> void require_throws(F &&f, const std::string &word) {
  try {
    f();
  } catch (const E &error) {
    require(std::string(error.what()).find(word) != std::string::npos, error.what());
    return;
  }
  require(false, "nothing thrown for " + word);
}

// The whole point of the index: a bijection, so that exactly the boundaries fall below n.
void index_is_exact() {
  for (const std::size_t bytes : {1UL, 3UL, 8UL, 24UL, 64UL, 72UL, 1000UL, 4096UL, 12288UL}) {
    const AnySlots slots(bytes);
    for (std::size_t offset = 0; offset < 5 * bytes; ++offset) {
      const bool boundary = offset % bytes == 0;
      require(boundary ? slots.index(offset) == offset / bytes
                       : slots.index(offset) >= (1UL << 40U),
              "index of " + std::to_string(offset) + " for " + std::to_string(bytes));
    }
    vmperf::CounterRng rng(bytes);
    for (int i = 0; i < 10'000; ++i) {
      const std::uint64_t offset = rng.next();
      require((slots.index(offset) < 1000) == (offset % bytes == 0 && offset / bytes < 1000),
              "index of a random offset");
    }
  }
}

void wrong_pointers_are_refused(std::size_t item_bytes, std::size_t align) {
  RawCheckedPool pool(item_bytes, align, 3);
  std::vector<std::byte *> live;
  while (pool.slabs().size() < 3) {
    live.push_back(static_cast<std::byte *>(pool.allocate()));
  }
  const auto before = pool.stats();
  const std::size_t slot = pool.shape().slot_bytes;
  for (std::size_t i = 0; i < live.size(); i += 1 + live.size() / 100) {
    std::byte *item = live[i];
    if (slot > 1) {
      require_throws([&] { pool.deallocate(item + 1); }, align == 1 ? "interior" : "misaligned");
      require_throws([&] { pool.deallocate(item + slot - 1); }, "pointer");
    }
    if (slot > align) {
      require_throws([&] { pool.deallocate(item + align); }, "interior");
    }
  }
  int local = 0;
  require_throws([&] { pool.deallocate(&local); }, "foreign");
  require_throws([&] { pool.deallocate(nullptr); }, "foreign");
  for (const auto &slab : pool.slabs()) {
    require_throws([&] { pool.deallocate(slab.base() - slot); }, "");
    require_throws([&] { pool.deallocate(slab.end()); }, "");
  }
  require(pool.stats() == before, "refusals change nothing");
  for (std::byte *item : live) {
    pool.deallocate(item);
    require_throws([&] { pool.deallocate(item); }, "double free");
  }
  require(pool.live() == 0, "all free");
}

void never_handed_out_is_not_live() {
  RawCheckedPool pool(64, 64, 10);
  auto *first = static_cast<std::byte *>(pool.allocate());
  require_throws([&] { pool.deallocate(first + 64); }, "double free");
  pool.preallocate(1000);
  require_throws([&] { pool.deallocate(pool.slabs().back().base()); }, "double free");
}

void purged_slab_is_foreign() {
  CheckedPool<std::uint64_t[8]> pool;
  auto *item = pool.allocate();
  pool.deallocate(item);
  require(pool.purge() > 0 && pool.stats().bytes == 0, "purge");
  require_throws([&] { pool.deallocate(item); }, "foreign");
  auto *again = pool.allocate();
  pool.deallocate(again);
  require_throws([&] { pool.deallocate(again); }, "double free");
}

void moved_and_closed() {
  CheckedPool<double> pool;
  double *item = pool.allocate();
  CheckedPool<double> other(std::move(pool));
  require_throws<InvalidArgumentError>([&] { pool.deallocate(item); }, "closed"); // NOLINT
  other.deallocate(item);
  require_throws([&] { other.deallocate(item); }, "double free");
  item = other.allocate();
  other.close();
  require_throws<InvalidArgumentError>([&] { other.deallocate(item); }, "closed");
  require_throws<InvalidArgumentError>([&] { static_cast<void>(other.allocate()); }, "closed");
}

void random_life(std::size_t item_bytes, std::size_t align) {
  RawCheckedPool pool(item_bytes, align);
  vmperf::CounterRng rng(item_bytes);
  std::vector<void *> live;
  for (int i = 0; i < 50'000; ++i) {
    if (live.empty() || rng.below(100) < 52) {
      live.push_back(pool.allocate());
    } else {
      std::swap(live[rng.below(live.size())], live.back());
      pool.deallocate(live.back());
      live.pop_back();
    }
    if (i % 10'000 == 9'999) {
      pool.purge();
      require(pool.live() == live.size(), "live after purge");
    }
  }
}

} // namespace

int main() {
  index_is_exact();
  wrong_pointers_are_refused(1, 1);
  wrong_pointers_are_refused(24, 8);
  wrong_pointers_are_refused(64, 64);
  wrong_pointers_are_refused(1000, 8);
  never_handed_out_is_not_live();
  purged_slab_is_foreign();
  moved_and_closed();
  random_life(48, 16);
  random_life(7, 1);
  std::puts("ok");
}
