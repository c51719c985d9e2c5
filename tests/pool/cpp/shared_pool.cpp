// SharedPool from C++ threads, against a shadow of what is live: every item carries a tag, whoever
// frees it compares, and the pool's own count must be the shadow's whenever the threads rest.
// Compiled plainly and under sanitizers; usage: shared_pool SEED.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/pool/shared_pool.hpp"

using namespace vmperf;
using namespace vmperf::pool;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

template <class Error> void require_error(const std::function<void()> &act, const char *word) {
  try {
    act();
  } catch (const Error &e) {
    require(std::string(e.what()).find(word) != std::string::npos, e.what());
    return;
  }
  require(false, word);
}

template <class Pool> void require_exact(const Pool &pool, std::size_t live) {
  const SharedPoolStats s = pool.stats();
  require(s.live == live, "live is the shadow's");
  require(s.live + s.available + s.in_magazines == s.capacity, "the invariant");
}

void in_thread(const std::function<void()> &act) {
  std::thread(act).join();
}

struct Held {
  std::uint64_t *item;
  std::uint64_t tag;
};

// Items on their way between threads.
class Exchange {
public:
  void give(const Held &held) {
    const std::scoped_lock lock(mutex_);
    held_.push_back(held);
  }
  std::optional<Held> take() {
    const std::scoped_lock lock(mutex_);
    if (held_.empty()) {
      return std::nullopt;
    }
    const Held held = held_.back();
    held_.pop_back();
    return held;
  }

private:
  std::mutex mutex_;
  std::vector<Held> held_;
};

struct Item {
  std::uint64_t words[3];
};

void free_checked(RawSharedPool &pool, const Held &held) {
  require(held.item[0] == held.tag && held.item[2] == ~held.tag, "an item keeps its tag");
  pool.deallocate(held.item);
}

// Random operations of one thread; returns how many items it keeps.
std::vector<Held> live_randomly(RawSharedPool &pool, Exchange &exchange, std::uint64_t seed,
                                std::uint64_t thread, int n_steps) {
  CounterRng rng(seed, thread);
  std::vector<Held> mine;
  for (int step = 0; step < n_steps; ++step) {
    const std::uint64_t draw = rng.below(100);
    const bool grows = (step / 512) % 2 == 0; // tides, so that magazines travel
    if (draw < (grows ? 55U : 25U)) {
      auto *item = static_cast<std::uint64_t *>(pool.allocate());
      const std::uint64_t tag = (thread << 32U) + static_cast<std::uint64_t>(step);
      item[0] = tag;
      item[2] = ~tag;
      mine.push_back({item, tag});
    } else if (draw < 80 && !mine.empty()) {
      std::swap(mine[rng.below(mine.size())], mine.back());
      free_checked(pool, mine.back());
      mine.pop_back();
    } else if (draw < 90 && !mine.empty()) {
      exchange.give(mine.back());
      mine.pop_back();
    } else if (const std::optional<Held> other = exchange.take()) {
      free_checked(pool, *other);
    }
  }
  return mine;
}

// Rounds of threads that come, work and go; between them the statistics are exact.
void stress(std::uint64_t seed, std::size_t magazine_capacity, int n_steps) {
  constexpr std::size_t n_threads = 4;
  RawSharedPool pool(sizeof(Item), alignof(Item), 16, magazine_capacity);
  std::vector<Held> kept;
  for (std::uint64_t round = 0; round < 4; ++round) {
    Exchange exchange;
    std::array<std::vector<Held>, n_threads> held;
    {
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < n_threads; ++t) {
        threads.emplace_back(
            [&, t] { held[t] = live_randomly(pool, exchange, seed + round, t, n_steps); });
      }
      for (std::thread &thread : threads) {
        thread.join();
      }
    }
    for (const auto &one : held) {
      kept.insert(kept.end(), one.begin(), one.end());
    }
    while (const std::optional<Held> left = exchange.take()) {
      kept.push_back(*left);
    }
    require_exact(pool, kept.size());
    std::set<const void *> distinct;
    for (const Held &one : kept) {
      distinct.insert(one.item);
      require(pool.is_slot(one.item), "an item is a slot");
    }
    require(distinct.size() == kept.size(), "no slot is live twice");
    for (std::size_t i = 0; i < kept.size() / 2; ++i) { // by this thread, which allocated none
      free_checked(pool, kept.back());
      kept.pop_back();
    }
    require_exact(pool, kept.size());
  }
  require(pool.stats().threads == 1, "threads that ended are gone");
}

void serves_one_thread() {
  auto pool = SharedPool<Item>::with_capacity(100);
  std::vector<Item *> items;
  for (std::size_t i = 0; i < 100; ++i) {
    items.push_back(pool.allocate());
    require_exact(pool, items.size());
  }
  require(pool.stats().capacity == 100 && pool.stats().slabs == 1, "no growth yet");
  require(items[1] == items[0] + 1, "fresh slots ascend");
  items.push_back(pool.allocate());
  require(pool.stats().capacity >= 200, "growth doubles at least");
  for (Item *item : items) {
    pool.deallocate(item);
  }
  require_exact(pool, 0);
  pool.preallocate(500);
  require(pool.stats().available >= 500, "preallocated");
}

void ending_threads_return_all() {
  SharedPool<Item> pool(0, 8);
  std::vector<Item *> live;
  in_thread([&] {
    for (int i = 0; i < 100; ++i) {
      live.push_back(pool.allocate());
    }
    for (int i = 0; i < 37; ++i) {
      pool.deallocate(live.back());
      live.pop_back();
    }
    require(pool.stats().in_magazines != 0, "the thread has magazines");
  });
  require(pool.stats().in_magazines == 0 && pool.stats().threads == 0, "they came back");
  require_exact(pool, live.size());
  const std::size_t capacity = pool.stats().capacity;
  const std::size_t n_free = pool.stats().available;
  for (std::size_t i = 0; i < n_free; ++i) {
    live.push_back(pool.allocate());
  }
  require(pool.stats().capacity == capacity, "every slot can be had again without growth");
  require_exact(pool, capacity);
  // Threads without end use magazines anew, not more and more of them.
  const std::size_t magazines = pool.stats().magazines;
  for (int i = 0; i < 50; ++i) {
    in_thread([&] {
      pool.deallocate(live.back());
      live.back() = pool.allocate();
    });
  }
  require(pool.stats().magazines <= magazines + 3, "magazines are used anew");
  require_exact(pool, live.size());
}

void pools_end_in_any_order() {
  std::atomic<int> stage{0};
  const auto reach = [&stage](int n) {
    stage.store(n);
    stage.notify_all();
  };
  const auto wait = [&stage](int n) {
    for (int now = 0; (now = stage.load()) < n;) {
      stage.wait(now);
    }
  };
  auto first = std::make_unique<SharedPool<Item>>();
  auto second = std::make_unique<SharedPool<Item>>();
  std::thread user([&] {
    first->deallocate(first->allocate());
    second->deallocate(second->allocate());
    reach(1);
    wait(2); // `first` is gone, a new pool lies perhaps where it was
    Item *item = second->allocate();
    Item *other = first->allocate();
    first->deallocate(other);
    second->deallocate(item);
    require(first->stats().threads == 1, "a new pool knows no thread of the old one");
  }); // the thread ends after both of its first pools but one are gone
  wait(1);
  first.reset();
  first = std::make_unique<SharedPool<Item>>();
  reach(2);
  user.join();
  require_exact(*second, 0);
  require(second->stats().threads == 0, "the thread has left");
}

void many_pools_share_entries() {
  constexpr std::size_t n_pools = 100; // thrice as many as a thread has at hand
  std::vector<std::unique_ptr<RawSharedPool>> pools;
  std::vector<std::vector<void *>> live(n_pools);
  for (std::size_t i = 0; i < n_pools; ++i) {
    pools.push_back(std::make_unique<RawSharedPool>(16 + 8 * i, 8));
  }
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < n_pools; ++i) {
      live[i].push_back(pools[i]->allocate());
      require(pools[i]->is_slot(live[i].back()), "each pool hands out its own slots");
    }
  }
  for (std::size_t i = 0; i < n_pools; ++i) {
    require_exact(*pools[i], live[i].size());
    for (void *item : live[i]) {
      pools[i]->deallocate(item);
    }
    require_exact(*pools[i], 0);
  }
}

// Each pool that comes drops what the thread kept of those that went: no more than twice the most
// that were open at once, whatever the distance of their numbers.
void pools_come_and_go() {
  std::vector<std::unique_ptr<RawSharedPool>> pools;
  for (std::size_t i = 0; i < 5000; ++i) {
    auto pool = std::make_unique<RawSharedPool>(64, 8);
    pool->deallocate(pool->allocate());
    if (i % 32 == 0) { // all with one place in the table at hand
      pools.push_back(std::move(pool));
    }
  }
  require(pools.size() == 157, "some stay");
  require(thread_states::records()->size() <= 512, "records of pools that are gone are dropped");
  for (const auto &pool : pools) {
    void *slot = pool->allocate();
    require(pool->is_slot(slot) && pool->stats().threads == 1, "each keeps the thread's state");
    pool->deallocate(slot);
  }
}

// A thread-local object that uses the pool when the thread's own part of it is gone already.
struct Late {
  SharedPool<Item> *pool = nullptr;
  Item *item = nullptr;
  Item **second = nullptr;
  Late() = default;
  Late(const Late &) = delete;
  Late &operator=(const Late &) = delete;
  ~Late() {
    pool->deallocate(item);
    *second = pool->allocate();
  }
};

void late_destructors_are_served() {
  SharedPool<Item> pool(0, 4);
  Item *left = nullptr;
  in_thread([&] {
    thread_local Late late; // made first, destroyed last
    late.pool = &pool;
    late.second = &left;
    late.item = pool.allocate();
  });
  require(left != nullptr, "allocated at the thread's end");
  require_exact(pool, 1);
  pool.deallocate(left);
  require_exact(pool, 0);
}

void mistakes_are_typed() {
  require_error<InvalidArgumentError>([] { RawSharedPool(0, 8); }, "item_size_bytes");
  require_error<InvalidArgumentError>([] { RawSharedPool(8, 3); }, "align");
  require_error<InvalidArgumentError>([] { RawSharedPool(8, 8, 0, 0); }, "magazine_capacity");
  require_error<InvalidArgumentError>([] { RawSharedPool(8, 8, 0, kMaxMagazineCapacity + 1); },
                                      "magazine_capacity");
  require_error<InvalidArgumentError>([] { RawSharedPool(8, 8, ~std::size_t{0}); }, "capacity");
  RawSharedPool pool(64, 64, 10);
  void *item = pool.allocate();
  const SharedPoolStats before = pool.stats();
  require_error<InvalidArgumentError>([&] { pool.preallocate(~std::size_t{0}); }, "n is");
  require_error<CapacityError>([&] { pool.preallocate(std::size_t{1} << 55U); }, "no memory");
  require(pool.stats() == before, "a refused call changes nothing");
  require(!pool.is_slot(static_cast<std::byte *>(item) + 1) && !pool.is_slot(&pool), "no slots");
  pool.close();
  pool.close();
  require_error<InvalidArgumentError>([&] { static_cast<void>(pool.allocate()); }, "closed");
  require_error<InvalidArgumentError>([&] { pool.deallocate(item); }, "closed");
  require_error<InvalidArgumentError>([&] { pool.preallocate(1); }, "closed");
  require_error<InvalidArgumentError>([&] { static_cast<void>(pool.stats()); }, "closed");
  in_thread([&] {
    require_error<InvalidArgumentError>([&] { static_cast<void>(pool.allocate()); }, "closed");
  });
}

void nulls_and_surplus_are_found() {
  RawSharedPool pool(64, 64, 0, 2);
  void *item = pool.allocate();
  pool.deallocate(nullptr);
  require_error<CorruptionError>(
      [&] {
        for (int i = 0; i < 100; ++i) {
          static_cast<void>(pool.allocate());
        }
      },
      "null pointer");
  RawSharedPool other(64, 64, 4, 2);
  item = other.allocate();
  require_error<CorruptionError>(
      [&] {
        for (int i = 0; i < 100; ++i) {
          other.deallocate(item);
        }
      },
      "more slots were deallocated");
}

} // namespace

int main(int argc, char **argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  serves_one_thread();
  ending_threads_return_all();
  pools_end_in_any_order();
  many_pools_share_entries();
  pools_come_and_go();
  late_destructors_are_served();
  mistakes_are_typed();
  nulls_and_surplus_are_found();
  for (const std::size_t magazine_capacity : {1U, 2U, 7U, 64U}) {
    stress(seed, magazine_capacity, 50'000);
  }
  std::puts("ok");
}
