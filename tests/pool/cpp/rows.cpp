// Rows, leases, the intrusive layout and operation counts, against shadow sets.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/pool/checked_pool.hpp"
#include "vmperf/pool/intrusive_pool.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace {

using namespace vmperf::pool;
using vmperf::CorruptionError;

struct Node {
  long words[4]; // NOLINT(modernize-avoid-c-arrays)
};

void require(bool holds, const char *what) {
  if (!holds) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

template <class F> void require_corrupt(F &&f, const char *word) {
  try {
    f();
  } catch (const CorruptionError &error) {
    require(std::strstr(error.what(), word) != nullptr, error.what());
    return;
  }
  require(false, word);
}

template <class Pool> void rows_agree_with_a_shadow_set(Pool pool) {
  vmperf::CounterRng rng(11);
  std::set<Node *> live;
  std::size_t most = 0;
  for (int step = 0; step < 3000; ++step) {
    std::vector<Node *> row(rng.below(70));
    if (rng.below(2) == 0) {
      pool.allocate_n(row.data(), row.size());
      for (Node *node : row) {
        require(live.insert(node).second, "distinct");
        node->words[0] = node->words[3] = reinterpret_cast<long>(node);
      }
    } else {
      row.resize(std::min(row.size(), live.size()));
      for (Node *&node : row) {
        auto at = live.lower_bound(*live.begin() + rng.below(400));
        at = at == live.end() ? live.begin() : at;
        node = *at;
        require(node->words[0] == reinterpret_cast<long>(node), "stamp");
        live.erase(at);
      }
      pool.deallocate_n(row.data(), row.size());
    }
    most = std::max(most, live.size());
    const PoolStats stats = pool.stats();
    require(stats.live == live.size() && stats.high_water == most, "counts");
    require(stats.live + stats.available == stats.capacity, "sum");
    if (step % 500 == 499) {
      pool.purge();
    }
  }
}

template <class Pool> void leases_agree_with_a_shadow_set(Pool pool) {
  vmperf::CounterRng rng(12);
  std::set<Node *> live;
  for (int step = 0; step < 1000; ++step) {
    const std::size_t n = rng.below(90);
    auto lease = pool.lease(n);
    std::set<Node *> leased;
    for (Node *node : lease.objects()) {
      require(!live.contains(node) && leased.insert(node).second, "leased once");
      node->words[3] = 1;
    }
    std::vector<Node *> row(rng.below(40));
    pool.allocate_n(row.data(), row.size());
    {
      const auto inner = pool.lease(rng.below(60)); // may have to grow
      for (Node *node : inner.objects()) {
        require(!live.contains(node) && !leased.contains(node), "inner lease");
      }
      require(pool.live() == live.size() + row.size() + n + inner.size(), "live with leases");
    }
    for (Node *node : row) {
      require(!leased.contains(node) && live.insert(node).second, "allocated while leased");
    }
    for (std::size_t i = 0; i < n; ++i) {
      require(leased.contains(lease[i]), "the row stands");
    }
    lease.end();
    require(pool.live() == live.size(), "lease ended");
    while (live.size() > 100) {
      pool.deallocate(*live.begin());
      live.erase(live.begin());
    }
  }
}

void checked_pools_refuse_what_breaks_a_lease() {
  auto pool = CheckedPool<Node>::with_capacity(50);
  Node *node = pool.allocate();
  Node *other = pool.allocate();
  auto outer = pool.lease(30);
  require_corrupt(
      [&] {
        pool.deallocate(node);
        pool.deallocate(other);
        pool.deallocate(outer[0]);
      },
      "");
  require_corrupt([&] { pool.purge(); }, "lease");
  {
    auto inner = pool.lease(3);
    require_corrupt([&] { outer.end(); }, "later");
  }
  require_corrupt([&] { pool.deallocate(outer[1]); }, "double free");
  outer.end();
  pool.close();
}

void closed_pool_voids_its_leases() {
  auto pool = StackPool<Node>::with_capacity(50);
  {
    const auto lease = pool.lease(20);
    pool.close();
  }
  pool.close();
}

void a_wrong_row_frees_nothing() {
  CheckedPool<Node> pool;
  std::vector<Node *> row(600); // several slabs
  pool.allocate_n(row.data(), row.size());
  auto bad = row;
  bad[599] = bad[5];
  require_corrupt([&] { pool.deallocate_n(bad.data(), bad.size()); }, "index 599");
  require(pool.live() == 600, "nothing was freed");
  pool.deallocate_n(row.data(), row.size());
  require(pool.live() == 0, "all of it");
}

void intrusive_pool_finds_a_broken_list() {
  IntrusivePool<Node> pool;
  Node *node = pool.allocate();
  pool.deallocate(node);
  pool.deallocate(node);
  require_corrupt([&] { static_cast<void>(pool.stats()); }, "freed twice");
  require_corrupt([&] { pool.close(); }, "freed twice");
}

void operations_are_counted() {
  StackPool<Node, alignof(Node), CountedStats> pool;
  std::vector<Node *> row(10);
  pool.allocate_n(row.data(), 10);
  pool.deallocate_n(row.data(), 4);
  pool.deallocate(row[4]);
  require(pool.counts().n_allocated == 10 && pool.counts().n_deallocated == 5, "totals");
  static_assert(sizeof(StackPool<Node>) < sizeof(pool));
}

} // namespace

int main() {
  rows_agree_with_a_shadow_set(StackPool<Node>());
  rows_agree_with_a_shadow_set(CheckedPool<Node>());
  rows_agree_with_a_shadow_set(IntrusivePool<Node>());
  leases_agree_with_a_shadow_set(StackPool<Node>());
  leases_agree_with_a_shadow_set(CheckedPool<Node>());
  checked_pools_refuse_what_breaks_a_lease();
  closed_pool_voids_its_leases();
  a_wrong_row_frees_nothing();
  intrusive_pool_finds_a_broken_list();
  operations_are_counted();
  std::puts("ok");
}
