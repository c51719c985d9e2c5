// Other ways to build the pool of this component: the intrusive layout; and, for the cost of
// statistics, the stack with operation counters and one that can tell nothing at all.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/intrusive_pool.hpp"
#include "vmperf/pool/op_counts.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace vmperf::pool {
namespace {

static_assert(MemoryPool<IntrusivePool<int>>);
static_assert(MemoryPool<StackPool<int, alignof(int), CountedStats>>);

class Intrusive {
public:
  Intrusive(std::size_t item_bytes, std::size_t capacity)
      : pool_(item_bytes, proof::owed_align(item_bytes), capacity) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) { pool_.deallocate(item); }
  void preallocate(std::size_t n) { pool_.preallocate(n); }
  [[nodiscard]] PoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool owns(const void *item) const noexcept { return pool_.contains(item); }

private:
  RawIntrusivePool pool_;
};

struct alignas(16) Line {
  std::byte bytes[64]; // NOLINT(modernize-avoid-c-arrays)
};

// StackPool with its Stats parameter, on items of 64 bytes.
class Counted {
public:
  Counted(std::size_t /*item_bytes*/, std::size_t capacity)
      : pool_(decltype(pool_)::with_capacity(capacity)) {}
  [[gnu::always_inline]] void *allocate() { return pool_.allocate(); }
  [[gnu::always_inline]] void deallocate(void *item) {
    pool_.deallocate(static_cast<Line *>(item));
  }
  [[nodiscard]] PoolStats stats() const {
    PoolStats stats = pool_.stats();
    stats.live = pool_.counts().n_allocated - pool_.counts().n_deallocated; // proves the counters
    return stats;
  }
  [[nodiscard]] bool owns(const void *item) const noexcept { return pool_.contains(item); }

private:
  StackPool<Line, alignof(Line), CountedStats> pool_;
};

// The same hot path over state from which nothing can be told: a table, its top, and no bounds.
class Silent {
public:
  Silent(std::size_t item_bytes, std::size_t capacity)
      : slab_(static_cast<std::byte *>(std::malloc(item_bytes * capacity))),
        // NOLINTNEXTLINE(modernize-avoid-c-arrays)
        table_(std::make_unique<Slot *[]>(capacity + 2)), top_(table_.get() + 1) {
    for (std::size_t i = capacity; i-- != 0;) {
      deallocate(slab_.get() + i * item_bytes);
    }
  }
  [[gnu::always_inline, gnu::returns_nonnull]] void *allocate() {
    Slot *const slot = *top_;
    --top_;
    if (slot == nullptr) [[unlikely]] {
      refuse();
    }
    return slot;
  }
  [[gnu::always_inline]] void deallocate(void *slot) noexcept {
    Slot **const entry = top_ + 1;
    *entry = static_cast<Slot *>(slot);
    top_ = entry;
    if (slot == nullptr) {
      __builtin_unreachable(); // as RawStackPool
    }
  }

private:
  struct Slot;
  struct Free {
    void operator()(std::byte *p) const noexcept { std::free(p); }
  };
  [[noreturn, gnu::cold, gnu::noinline]] static void refuse() { throw std::bad_alloc(); }

  std::unique_ptr<std::byte, Free> slab_;
  std::unique_ptr<Slot *[]> table_; // NOLINT(modernize-avoid-c-arrays)
  Slot **top_;
};

} // namespace

void declare_designs_intrusive(bench::Registry &registry) {
  add_pool_design<Intrusive>(registry, "intrusive",
                             "free list inside the freed slots, no table, inlined");
  registry
      .design("pool", "counted",
              "stack with totals of operations: two counters in memory beside derived statistics")
      .runs("pool/stats_overhead", pair_or_batch_maker<Counted>());
  registry.design("pool", "silent", "stack's hot path over state from which nothing can be told")
      .runs("pool/stats_overhead", pair_or_batch_maker<Silent>());
}

} // namespace vmperf::pool
