// The pools for several threads as designs.
#include <cstddef>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/many.hpp"
#include "vmperf/pool/api/shared.hpp"
#include "vmperf/pool/shared_pool.hpp"
#include "vmperf/pool/thread_local_pool.hpp"

namespace vmperf::pool {
namespace {

static_assert(MemoryPool<ThreadLocalPool<int>>);

class Shared {
public:
  Shared(std::size_t item_bytes, std::size_t capacity,
         std::size_t magazine_capacity = kMagazineCapacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity, magazine_capacity) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) { pool_.deallocate(item); }
  [[nodiscard]] PoolStats stats() const {
    const SharedPoolStats stats = pool_.stats();
    return {
        .capacity = stats.capacity,
        .available = stats.available + stats.in_magazines,
        .live = stats.live,
        .high_water = stats.live,
        .slabs = stats.slabs,
        .bytes = stats.bytes,
    };
  }
  [[nodiscard]] bool owns(const void *item) const { return pool_.is_slot(item); }

private:
  RawSharedPool pool_;
};

class ThreadLocal {
public:
  static constexpr bool kLocalFreesOnly = true;

  ThreadLocal(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) { pool_.deallocate(item); }
  void preallocate(std::size_t n) { pool_.preallocate(n); } // a thread has no part before
  [[nodiscard]] PoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool owns(const void *item) const { return pool_.contains(item); }

private:
  RawThreadLocalPool pool_;
};

} // namespace

void declare_designs_shared(bench::Registry &registry) {
  add_pool_design<Shared>(registry, "shared",
                          "two magazines of free pointers per thread over a lock-free depot")
      .runs("pool/shared", shared_maker<Shared>())
      .runs("pool/many", many_maker<Shared>());
  add_pool_design<ThreadLocal>(registry, "thread_local",
                               "a stack per thread, found through one pointer in TLS; items are "
                               "freed where they were allocated")
      .runs("pool/shared", shared_maker<ThreadLocal>())
      .runs("pool/many", many_maker<ThreadLocal>());
}

} // namespace vmperf::pool
