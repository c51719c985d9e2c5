// StackPool as C++ code uses it: typed storage, growth, statistics, guard, purge, moves.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace {

using vmperf::CapacityError;
using vmperf::CorruptionError;
using vmperf::InvalidArgumentError;
using vmperf::pool::PoolStats;
using vmperf::pool::RawStackPool;
using vmperf::pool::StackPool;

void require(bool holds, const char *what) {
  if (!holds) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

template <class E, class F> void require_throws(F &&f, const char *what) {
  try {
    f();
  } catch (const E &) {
    return;
  }
  require(false, what);
}

struct alignas(32) Node {
  std::uint64_t stamp;
  char rest[40];
};

using Pool = StackPool<Node>;
static_assert(!std::is_copy_constructible_v<Pool> && std::is_nothrow_move_constructible_v<Pool>);
static_assert(!std::is_copy_assignable_v<Pool> && std::is_nothrow_move_assignable_v<Pool>);
static_assert(noexcept(std::declval<Pool &>().deallocate(nullptr)));

void counts_agree_with_a_shadow_set() {
  auto pool = Pool::with_capacity(10);
  require(pool.stats() == PoolStats{.capacity = 10,
                                    .available = 10,
                                    .live = 0,
                                    .high_water = 0,
                                    .slabs = 1,
                                    .bytes = 10 * 64 + 19 * sizeof(void *)},
          "with_capacity");
  vmperf::CounterRng rng(7);
  std::vector<Node *> live;
  std::size_t most = 0;
  for (int i = 0; i < 200'000; ++i) {
    if (live.empty() || rng.below(100) < 51) {
      Node *node = pool.allocate();
      require(reinterpret_cast<std::uintptr_t>(node) % alignof(Node) == 0, "alignment");
      node->stamp = reinterpret_cast<std::uintptr_t>(node) ^ 99;
      live.push_back(node);
    } else {
      std::swap(live[rng.below(live.size())], live.back());
      require(live.back()->stamp == (reinterpret_cast<std::uintptr_t>(live.back()) ^ 99), "stamp");
      pool.deallocate(live.back());
      live.pop_back();
    }
    most = std::max(most, live.size());
    require(pool.live() == live.size(), "live");
  }
  const PoolStats stats = pool.stats();
  require(stats.high_water == most, "exact high-water mark");
  require(stats.available == stats.capacity - live.size(), "available");
  require(std::set<Node *>(live.begin(), live.end()).size() == live.size(), "distinct");
  for (Node *node : live) {
    pool.deallocate(node);
  }
  require(pool.purge() == stats.bytes, "purge of an empty pool gives all back");
  require(pool.stats().capacity == 0 && pool.stats().high_water == most, "after purge");
  pool.deallocate(pool.allocate());
}

void pops_ascend() {
  auto pool = StackPool<int, 16>::with_capacity(100);
  const int *last = nullptr;
  for (int i = 0; i < 1000; ++i) {
    const int *item = pool.allocate();
    const bool same_slab =
        last != nullptr &&
        std::any_of(pool.slabs().begin(), pool.slabs().end(),
                    [&](const auto &slab) { return slab.contains(last) && slab.contains(item); });
    require(!same_slab || item == last + 4, "fresh slots ascend by the slot size");
    last = item;
  }
}

void purge_keeps_live_slots() {
  Pool pool;
  std::vector<Node *> nodes;
  for (int i = 0; i < 5000; ++i) {
    nodes.push_back(new (pool.allocate()) Node{static_cast<std::uint64_t>(i), {}});
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i < 100 || i >= 200) {
      pool.deallocate(nodes[i]);
    }
  }
  const PoolStats before = pool.stats();
  const std::size_t freed = pool.purge();
  const PoolStats after = pool.stats();
  require(freed > 0 && before.bytes - after.bytes == freed, "purge tells what it gave back");
  require(after.live == 100 && after.slabs < before.slabs, "purge keeps live slots");
  for (std::size_t i = 100; i < 200; ++i) {
    require(nodes[i]->stamp == i && pool.contains(nodes[i]), "live slots stay where they are");
    pool.deallocate(nodes[i]);
  }
  for (int i = 0; i < 5000; ++i) {
    static_cast<void>(pool.allocate());
  }
  require(pool.stats().live == 5000 && pool.stats().high_water == 5000, "grows again");
}

void rewind_takes_a_row_back() {
  auto pool = Pool::with_capacity(50);
  static_cast<void>(pool.allocate());
  std::vector<Node *> nodes(49);
  for (Node *&node : nodes) {
    node = pool.allocate();
  }
  for (Node *node : nodes) {
    pool.deallocate(node);
  }
  const auto mark = pool.mark();
  std::set<Node *> row;
  for (int i = 0; i < 49; ++i) {
    row.insert(pool.allocate());
  }
  require(row.size() == 49 && pool.live() == 50, "row");
  require(pool.rewind(mark) && pool.live() == 1, "rewind");
  for (int i = 0; i < 49; ++i) {
    require(row.erase(pool.allocate()) == 1, "the same slots again");
  }
  const auto full = pool.mark();
  Node *grown = pool.allocate();
  require(!pool.rewind(full) && pool.live() == 51, "refused after a first use");
  pool.deallocate(grown);
}

void preallocate_counts_and_touches_free_slots_only() {
  auto pool = Pool::with_capacity(4);
  Node *live = new (pool.allocate()) Node{42, {}};
  Node *freed = pool.allocate();
  pool.deallocate(freed);
  pool.preallocate(1000);
  require(pool.available() == 1000 && live->stamp == 42, "preallocate");
  const std::size_t capacity = pool.capacity();
  for (int i = 0; i < 1000; ++i) {
    pool.allocate()->stamp = 1;
  }
  require(pool.capacity() == capacity && live->stamp == 42, "no growth");
}

void moved_and_closed_pools_refuse() {
  Pool pool;
  Node *node = pool.allocate();
  Pool other(std::move(pool));
  other.deallocate(node);
  require(other.stats().live == 0, "moved");
  require_throws<InvalidArgumentError>([&] { static_cast<void>(pool.allocate()); },
                                       "moved from"); // NOLINT
  pool = std::move(other);
  require(pool.allocate() == node, "moved back");
  pool.close();
  pool.close();
  require_throws<InvalidArgumentError>([&] { static_cast<void>(pool.allocate()); }, "allocate");
  require_throws<InvalidArgumentError>([&] { static_cast<void>(pool.stats()); }, "stats");
  require_throws<InvalidArgumentError>([&] { pool.preallocate(1); }, "preallocate");
  require_throws<InvalidArgumentError>([&] { pool.purge(); }, "purge");
}

void too_many_deallocations_are_seen() {
  auto pool = Pool::with_capacity(3);
  Node *node = pool.allocate();
  pool.deallocate(node);
  pool.deallocate(node);
  require_throws<CorruptionError>([&] { static_cast<void>(pool.stats()); }, "stats");
  require_throws<CorruptionError>([&] { pool.purge(); }, "purge");
  require_throws<CorruptionError>([&] { pool.preallocate(1); }, "preallocate");
  require_throws<CorruptionError>([&] { pool.close(); }, "close");
  pool.close();
  auto full = Pool::with_capacity(3);
  Node *one = full.allocate();
  for (int i = 0; i < 4; ++i) {
    full.deallocate(one); // the fourth lands on the guard word
  }
  require_throws<CorruptionError>([&] { static_cast<void>(full.stats()); }, "guard");
  Pool nulls;
  Node *first = nulls.allocate();
  nulls.deallocate(first);
  static_cast<void>(nulls.allocate());
  Node *const row[] = {nullptr}; // NOLINT: alone it would be undefined, as CheckedPool tests it
  nulls.deallocate_n(row, 1);
  require_throws<CorruptionError>([&] { static_cast<void>(nulls.allocate()); }, "null");
}

void foreign_address_is_found_by_purge() {
  auto pool = Pool::with_capacity(3);
  static_cast<void>(pool.allocate());
  Node stranger{};
  pool.deallocate(&stranger);
  require_throws<CorruptionError>([&] { pool.purge(); }, "foreign address on the stack");
}

void bad_shapes_are_refused() {
  require_throws<InvalidArgumentError>([] { RawStackPool(0, 8); }, "size 0");
  require_throws<InvalidArgumentError>([] { RawStackPool((std::size_t{1} << 30U) + 1, 8); },
                                       "size");
  require_throws<InvalidArgumentError>([] { RawStackPool(8, 24); }, "align 24");
  require_throws<InvalidArgumentError>([] { RawStackPool(8, 0); }, "align 0");
  require_throws<InvalidArgumentError>([] { RawStackPool(8, std::size_t{1} << 22U); },
                                       "align 4 MiB");
  require_throws<InvalidArgumentError>([] { RawStackPool(64, 64, ~std::size_t{0} / 64); },
                                       "capacity");
  RawStackPool pool(64, 64);
  require_throws<InvalidArgumentError>([&] { pool.preallocate(~std::size_t{0}); }, "n");
}

} // namespace

int main() {
  counts_agree_with_a_shadow_set();
  pops_ascend();
  purge_keeps_live_slots();
  rewind_takes_a_row_back();
  preallocate_counts_and_touches_free_slots_only();
  moved_and_closed_pools_refuse();
  too_many_deallocations_are_seen();
  foreign_address_is_found_by_purge();
  bad_shapes_are_refused();
  std::puts("ok");
}
