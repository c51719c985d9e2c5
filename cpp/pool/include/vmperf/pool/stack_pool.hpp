// StackPool<T>: a pool of uninitialised slots for objects of one type, for one thread.
// The idea: an array of free pointers with a null sentinel, so that no freed object is touched and
// no load waits for another: a pop is one load and one store, a push two stores. See
// raw_stack_pool.hpp. allocate and deallocate are O(1) and inlined; slots never move; growth
// doubles, in one noinline call. Statistics are derived from the stack pointer and cost nothing.
//
//   auto pool = vmperf::pool::StackPool<Node>::with_capacity(1000);
//   Node *node = new (pool.allocate()) Node(7);
//   node->~Node();
//   pool.deallocate(node);
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"

namespace vmperf::pool {

template <class T, std::size_t Align = alignof(T)> class StackPool {
public:
  using value_type = T;
  using Mark = RawStackPool::Mark;

  StackPool() : StackPool(0) {}

  /// A pool whose first n slots need no growth. InvalidArgumentError, CapacityError.
  [[nodiscard]] static StackPool with_capacity(std::size_t n) { return StackPool(n); }

  /// Uninitialised storage for a T; grows when none is left. CapacityError leaves all as it was.
  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }

  /// Takes back a live slot of this pool whose object is destroyed; anything else is undefined.
  [[gnu::always_inline]] void deallocate(T *object) noexcept { raw_.deallocate(object); }

  /// As RawStackPool's.
  [[nodiscard]] Mark mark() const noexcept { return raw_.mark(); }
  [[nodiscard]] bool rewind(const Mark &mark) noexcept { return raw_.rewind(mark); }
  void preallocate(std::size_t n) { raw_.preallocate(n); }
  std::size_t purge() { return raw_.purge(); }
  void close() { raw_.close(); }
  [[nodiscard]] PoolStats stats() const { return raw_.stats(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return raw_.capacity(); }
  [[nodiscard]] std::size_t available() const noexcept { return raw_.available(); }
  [[nodiscard]] std::size_t live() const noexcept { return raw_.live(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return raw_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept { return raw_.contains(p); }

private:
  explicit StackPool(std::size_t capacity)
      : raw_(sizeof(T), std::max(Align, alignof(T)), capacity) {}

  RawStackPool raw_;
};

} // namespace vmperf::pool
