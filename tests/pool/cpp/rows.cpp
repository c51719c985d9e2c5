// Rows, leases, the intrusive layout and operation counts, against shadow sets.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
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

constexpr std::size_t kPage = 4096;

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

// What throws is not counted.
void refused_operations_are_not_counted() {
  StackPool<Node, alignof(Node), CountedStats> pool;
  pool.close();
  const auto refused = [](auto act) {
    try {
      act();
      return false;
    } catch (const vmperf::VmperfError &) {
      return true;
    }
  };
  std::vector<Node *> row(3);
  require(refused([&] { static_cast<void>(pool.allocate()); }), "allocate");
  require(refused([&] { pool.allocate_n(row.data(), 3); }), "allocate_n");
  require(refused([&] { const auto lease = pool.lease(3); }), "lease");
  require(pool.counts() == CountedStats{}, "nothing was counted");
}

// A row of which the second half lies in a page that nobody may touch at first. Whoever comes to it
// has done with the first half for the first time: then that is changed, as another thread might,
// and always at the same moment.
constexpr std::size_t kRow = 64;
Node **g_row = nullptr;
Node *g_put = nullptr; // what stands in the row's first place then
void *g_second = nullptr;

void change_the_row(int /*number*/) {
  if (mprotect(g_second, kPage, PROT_READ | PROT_WRITE) != 0) {
    _exit(9);
  }
  g_row[0] = g_put;
}

class ChangingRow {
public:
  ChangingRow()
      : pages_(
            mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    require(pages_ != MAP_FAILED, "memory");
    g_second = static_cast<std::byte *>(pages_) + kPage;
    g_row = static_cast<Node **>(g_second) - kRow / 2;
    struct sigaction action = {};
    action.sa_handler = change_the_row;
    require(sigaction(SIGSEGV, &action, &before_) == 0, "a handler");
  }
  ChangingRow(const ChangingRow &) = delete;
  ChangingRow &operator=(const ChangingRow &) = delete;
  ~ChangingRow() {
    sigaction(SIGSEGV, &before_, nullptr);
    munmap(pages_, 2 * kPage);
  }

  /// From now on the first place becomes `put` at the first look at the second half.
  static void arm(Node *put) {
    g_put = put;
    require(mprotect(g_second, kPage, PROT_NONE) == 0, "a closed page");
  }

private:
  void *pages_;
  struct sigaction before_ = {};
};

// Whether the row is refused or taken, what comes out afterwards is distinct: no slot is free twice.
template <class Pool> void a_row_that_changes_while_it_is_taken_back(Pool pool) {
  const ChangingRow changing;
  std::vector<Node *> sound(kRow);
  pool.allocate_n(sound.data(), kRow);
  std::ranges::copy(sound, g_row);
  ChangingRow::arm(sound[1]);
  try {
    pool.deallocate_n(g_row, kRow);
  } catch (const CorruptionError &) {
    pool.deallocate_n(sound.data(), kRow);
  }
  require(g_row[0] == sound[1], "it was changed meanwhile");
  require(pool.live() == 0, "none is live");
  std::vector<Node *> again(kRow);
  pool.allocate_n(again.data(), kRow);
  require(std::set<Node *>(again.begin(), again.end()).size() == kRow, "a slot came out twice");
}

// Every slot is live afterwards, whatever stands in the row.
template <class Pool> void a_row_that_changes_while_it_is_filled(Pool pool) {
  const ChangingRow changing;
  pool.preallocate(kRow);
  require(pool.slabs().size() == 1 && pool.capacity() == kRow, "one slab");
  ChangingRow::arm(nullptr);
  pool.allocate_n(g_row, kRow);
  require(g_row[0] == nullptr, "it was changed meanwhile");
  require(pool.live() == kRow, "all are live");
  for (std::size_t i = 0; i < kRow; ++i) {
    pool.deallocate(reinterpret_cast<Node *>(pool.slabs().front().base() + i * sizeof(Node)));
  }
}

// Longer than all that can be live, with a fault before that or none.
template <class Pool> void rows_that_are_too_long(Pool pool) {
  std::vector<Node *> row(10);
  pool.allocate_n(row.data(), row.size());
  auto twice = row;
  twice.insert(twice.end(), row.begin(), row.end());
  require_corrupt([&] { pool.deallocate_n(twice.data(), 20); }, "index 10 of the row: double free");
  twice.insert(twice.end(), 1000, row[0]);
  require_corrupt([&] { pool.deallocate_n(twice.data(), 1020); }, "index 10 of the row");
  twice[3] = twice[2];
  require_corrupt([&] { pool.deallocate_n(twice.data(), 1020); }, "index 3 of the row");
  require(pool.live() == 10, "nothing was freed");
  pool.deallocate_n(row.data(), 10);
}

} // namespace

int main() { // NOLINT(bugprone-exception-escape): what is not expected ends the test
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
  refused_operations_are_not_counted();
  using CheckedIntrusive = BasicCheckedPool<AnySlots, RawIntrusivePool>;
  a_row_that_changes_while_it_is_taken_back(CheckedPool<Node>());
  a_row_that_changes_while_it_is_taken_back(CheckedIntrusive(sizeof(Node), 8));
  a_row_that_changes_while_it_is_filled(CheckedPool<Node>());
  a_row_that_changes_while_it_is_filled(CheckedIntrusive(sizeof(Node), 8));
  rows_that_are_too_long(CheckedPool<Node>());
  rows_that_are_too_long(CheckedIntrusive(64, 8));
  std::puts("ok");
}
