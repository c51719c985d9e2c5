// ThreadLocalPool from C++ threads: a part per thread, exact sums, threads that end with and
// without live items, frees from the wrong thread.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/pool/thread_local_pool.hpp"

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

void in_thread(const std::function<void()> &act) {
  std::thread(act).join();
}

// Each thread against its own shadow; the sum is exact when they rest.
template <class Raw> void parts_sum_up(std::uint64_t seed) {
  constexpr std::size_t n_threads = 4;
  Raw pool(24, 8, 10);
  std::vector<std::vector<std::uint64_t *>> live(n_threads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < n_threads; ++t) {
    threads.emplace_back([&, t] {
      CounterRng rng(seed, t);
      std::vector<std::uint64_t *> &mine = live[t];
      for (int step = 0; step < 20'000; ++step) {
        if (mine.empty() || rng.below(100) < 51) {
          mine.push_back(static_cast<std::uint64_t *>(pool.allocate()));
          *mine.back() = t;
        } else {
          std::swap(mine[rng.below(mine.size())], mine.back());
          require(*mine.back() == t, "an item keeps its stamp");
          pool.deallocate(mine.back());
          mine.pop_back();
        }
      }
      require(pool.local_stats().live >= mine.size(), "its own, and what it adopted");
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  std::size_t n_live = 0;
  for (std::size_t t = 0; t < n_threads; ++t) {
    n_live += live[t].size();
    for (const std::uint64_t *item : live[t]) {
      require(*item == t, "items outlive their thread");
    }
  }
  const PoolStats stats = pool.stats();
  require(stats.live == n_live && stats.available == stats.capacity - n_live, "summed");
  require(pool.n_threads() == 0, "all have left");
}

void empty_parts_go_and_others_are_adopted() {
  ThreadLocalPool<long> pool(100);
  in_thread([&] { pool.deallocate(pool.allocate()); });
  require(pool.stats().capacity == 0, "a part without live items goes");
  long *left = nullptr;
  in_thread([&] { left = pool.allocate(); });
  require(pool.stats().live == 1 && pool.stats().capacity == 100, "kept for its item");
  *left = 5;
  in_thread([&] { // frees first: adopts the part that the item is from
    pool.deallocate(left);
    require(pool.local_stats().live == 0 && pool.local_stats().capacity == 100, "adopted");
  });
  require(pool.stats().capacity == 0, "and gone with the last item");
  in_thread([&] { left = pool.allocate(); });
  in_thread([&] { // allocates first: adopts whichever waits
    pool.deallocate(pool.allocate());
    require(pool.local_stats().live == 1, "the waiting part");
    pool.deallocate(left);
  });
  require(pool.stats().live == 0, "nothing is left");
}

void wrong_threads_are_found() {
  ThreadLocalPool<long> pool;
  long *item = pool.allocate();
  in_thread([&] {
    require_error<CorruptionError>([&] { pool.deallocate(item); }, "cannot have allocated");
  });
  CheckedThreadLocalPool<long> checked;
  item = checked.allocate();
  in_thread([&] {
    long *own = checked.allocate();
    require_error<CorruptionError>([&] { checked.deallocate(item); }, "");
    checked.deallocate(own);
    require_error<CorruptionError>([&] { checked.deallocate(own); }, "");
  });
  checked.deallocate(item);
  require(checked.stats().live == 0, "a refused call changes nothing");
}

void pools_end_before_threads() {
  auto pool = std::make_unique<ThreadLocalPool<long>>(10);
  in_thread([&] {
    static_cast<void>(pool->allocate());
    in_thread([&] { pool.reset(); });
    pool = std::make_unique<ThreadLocalPool<long>>(20);
    static_cast<void>(pool->allocate());
    require(pool->stats().capacity == 20, "a new pool, a new part");
  });
  require(pool->stats().live == 1, "only the new pool's");
  pool->close();
  require_error<InvalidArgumentError>([&] { static_cast<void>(pool->allocate()); }, "closed");
  require_error<InvalidArgumentError>([&] { static_cast<void>(pool->stats()); }, "closed");
}

struct Late {
  ThreadLocalPool<long> *pool = nullptr;
  long *item = nullptr;
  Late() = default;
  Late(const Late &) = delete;
  Late &operator=(const Late &) = delete;
  ~Late() {
    pool->deallocate(item);
    require_error<InvalidArgumentError>([&] { static_cast<void>(pool->allocate()); }, "at its end");
  }
};

void late_destructors_may_free() {
  ThreadLocalPool<long> pool;
  in_thread([&] {
    thread_local Late late; // made first, destroyed last
    late.pool = &pool;
    late.item = pool.allocate();
  });
  require(pool.stats().live == 0, "freed into the part that waits");
}

void mistakes_are_typed() {
  require_error<InvalidArgumentError>([] { RawThreadLocalPool(0, 8); }, "item_size_bytes");
  require_error<InvalidArgumentError>([] { RawThreadLocalPool(8, 3); }, "align");
  require_error<InvalidArgumentError>([] { RawThreadLocalPool(8, 8, ~std::size_t{0}); },
                                      "capacity");
  ThreadLocalPool<long> pool;
  require_error<InvalidArgumentError>([&] { pool.preallocate(~std::size_t{0}); }, "n is");
  pool.preallocate(1000);
  require(pool.local_stats().available >= 1000, "preallocated");
}

} // namespace

int main(int argc, char **argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  parts_sum_up<RawThreadLocalPool>(seed);
  parts_sum_up<RawCheckedThreadLocalPool>(seed);
  empty_parts_go_and_others_are_adopted();
  wrong_threads_are_found();
  pools_end_before_threads();
  late_destructors_may_free();
  mistakes_are_typed();
  std::puts("ok");
}
