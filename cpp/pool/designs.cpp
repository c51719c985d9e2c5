// StackPool as a design, the same behind function pointers, and its two ways to take a row.
#include <cstddef>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace vmperf::pool {
namespace {

static_assert(MemoryPool<StackPool<int>>);

class Stack {
public:
  Stack(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) { pool_.deallocate(item); }
  template <class T> [[gnu::always_inline]] void allocate_n(T **out, std::size_t n) {
    pool_.allocate_n(out, n);
  }
  template <class T> [[gnu::always_inline]] void deallocate_n(T *const *in, std::size_t n) {
    pool_.deallocate_n(in, n);
  }
  [[nodiscard, gnu::always_inline]] auto lease(std::size_t n) { return pool_.lease(n); }
  void preallocate(std::size_t n) { pool_.preallocate(n); }
  [[nodiscard]] RawStackPool::Mark mark() const noexcept { return pool_.mark(); }
  [[nodiscard]] bool rewind(const RawStackPool::Mark &mark) noexcept { return pool_.rewind(mark); }
  [[nodiscard]] PoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool owns(const void *item) const noexcept { return pool_.contains(item); }

private:
  RawStackPool pool_;
};

// The same pool behind function pointers, as a peer that was loaded at run time is called.
class StackIndirect {
public:
  StackIndirect(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity) {}
  void *allocate() { return allocate_(pool_); }
  void deallocate(void *item) { deallocate_(pool_, item); }
  [[nodiscard]] RawStackPool::Mark mark() const noexcept { return pool_.mark(); }
  [[nodiscard]] bool rewind(const RawStackPool::Mark &mark) noexcept { return pool_.rewind(mark); }
  [[nodiscard]] PoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool owns(const void *item) const noexcept { return pool_.contains(item); }

private:
  static void *call_allocate(RawStackPool &pool) { return pool.allocate(); }
  static void call_deallocate(RawStackPool &pool, void *item) { pool.deallocate(item); }

  void *(*allocate_)(RawStackPool &) = bench::opaque(&call_allocate);
  void (*deallocate_)(RawStackPool &, void *) = bench::opaque(&call_deallocate);
  RawStackPool pool_;
};

} // namespace

void declare_designs(bench::Registry &registry) {
  add_pool_design<Stack>(registry, "stack", "array of free pointers with a null sentinel, inlined")
      .runs("pool/stats_overhead", pair_or_batch_maker<Stack>())
      .runs("pool/checked", pair_or_batch_maker<Stack>());
  add_pool_design<StackIndirect>(registry, "stack_indirect",
                                 "stack through function pointers, as a library is called: the "
                                 "like-for-like partner of peers loaded at run time");
  registry.design("pool", "lease", "stack: a row stays in the pool's table, only the top moves")
      .runs("pool/lease", workload_maker<LeaseWorkload<Stack>>());
  registry.design("pool", "bulk", "stack: a row is copied off the pool's table and back")
      .runs("pool/lease", workload_maker<BulkWorkload<Stack>>());
}

} // namespace vmperf::pool
