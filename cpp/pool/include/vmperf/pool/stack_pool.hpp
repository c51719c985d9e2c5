// StackPool<T>: a pool of uninitialised slots for objects of one type, for one thread.
// The idea: an array of free pointers with a null sentinel, so that no freed object is touched and
// no load waits for another: a pop is one load and one store, a push two stores. See
// raw_stack_pool.hpp. allocate and deallocate are O(1) and inlined; slots never move; growth
// doubles, in one noinline call. Statistics are derived from the stack pointer and cost nothing;
// Stats = CountedStats adds totals of operations, which do.
//
//   auto pool = vmperf::pool::StackPool<Node>::with_capacity(1000);
//   Node *node = new (pool.allocate()) Node(7);
//   node->~Node();
//   pool.deallocate(node);
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "vmperf/pool/lease.hpp"
#include "vmperf/pool/op_counts.hpp"
#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"

namespace vmperf::pool {

template <class T, std::size_t Align = alignof(T), class Stats = DerivedStats> class StackPool {
public:
  using value_type = T;
  using Mark = RawStackPool::Mark;

  StackPool() : StackPool(0) {}

  /// A pool whose first n slots need no growth. InvalidArgumentError, CapacityError.
  [[nodiscard]] static StackPool with_capacity(std::size_t n) { return StackPool(n); }

  /// Uninitialised storage for a T; grows when none is left. CapacityError leaves all as it was.
  [[nodiscard, gnu::always_inline]] T *allocate() {
    T *slot = static_cast<T *>(raw_.allocate());
    counts_.on_allocate(1); // what throws is not counted
    return slot;
  }

  /// Takes back a live slot of this pool whose object is destroyed; anything else is undefined.
  [[gnu::always_inline]] void deallocate(T *object) noexcept {
    counts_.on_deallocate(1);
    raw_.deallocate(object);
  }

  /// Fills a row of storage for Ts, in the order of the stack: all of it, or CapacityError.
  [[gnu::always_inline]] void allocate_n(T **out, std::size_t n) {
    raw_.allocate_n(out, n);
    counts_.on_allocate(n);
  }

  /// Takes a row of slots back, each as deallocate() would.
  [[gnu::always_inline]] void deallocate_n(T *const *in, std::size_t n) noexcept {
    counts_.on_deallocate(n);
    raw_.deallocate_n(in, n);
  }

  /// A row of storage for n Ts, without a copy, until the lease ends: see lease.hpp. CapacityError.
  [[nodiscard, gnu::always_inline]] Lease<T, RawStackPool> lease(std::size_t n) {
    const LeaseBlock block = raw_.open_lease(n);
    counts_.on_allocate(n);
    counts_.on_deallocate(n);
    return Lease<T, RawStackPool>(raw_, block);
  }

  /// As RawStackPool's.
  [[nodiscard]] Mark mark() const noexcept { return raw_.mark(); }
  [[nodiscard]] bool rewind(const Mark &mark) noexcept { return raw_.rewind(mark); }
  void preallocate(std::size_t n) { raw_.preallocate(n); }
  std::size_t purge() { return raw_.purge(); }
  void close() { raw_.close(); }
  [[nodiscard]] PoolStats stats() const { return raw_.stats(); }
  /// The totals, where Stats counts them.
  [[nodiscard]] const Stats &counts() const noexcept { return counts_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return raw_.capacity(); }
  [[nodiscard]] std::size_t available() const noexcept { return raw_.available(); }
  [[nodiscard]] std::size_t live() const noexcept { return raw_.live(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return raw_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept { return raw_.contains(p); }

private:
  explicit StackPool(std::size_t capacity)
      : raw_(sizeof(T), std::max(Align, alignof(T)), capacity) {}

  RawStackPool raw_;
  [[no_unique_address]] Stats counts_;
};

} // namespace vmperf::pool
