// IntrusivePool<T>: StackPool's small-memory sibling. A freed slot holds the address of the next
// free one in its first eight bytes, so that no table is needed: 8 bytes less per slot.
//
//   free_ -> [ next | . . . ] -> [ next | . . . ] -> null          live slots hold no link
//
// The price: a pop loads from the slot freed last, which the next pop waits for (4 to 5 cycles in a
// row of allocations, nothing in a pair), and touches memory that its user may not want in the
// cache yet. Nothing is counted: the high-water mark is exact as StackPool's is, and live,
// available and stats() walk the free list, O(free slots), testing that every link leads to a slot
// of the pool. allocate, deallocate: O(1). One thread. Source: Boost.Pool,
// simple_segregated_storage; Kenwright, Fast Efficient Fixed-Size Memory Pool, 2012.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/slab_set.hpp"

namespace vmperf::pool {

class RawIntrusivePool {
public:
  /// InvalidArgumentError for a bad shape or capacity, CapacityError where memory is out.
  explicit RawIntrusivePool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : slabs_(SlotShape::checked(item_bytes, align, sizeof(void *))) {
    shape().check_count("capacity", capacity);
    if (capacity != 0) {
      attach(Slab(shape(), capacity));
    }
  }
  RawIntrusivePool(const RawIntrusivePool &) = delete;
  RawIntrusivePool &operator=(const RawIntrusivePool &) = delete;
  RawIntrusivePool(RawIntrusivePool &&other) noexcept : closed_(true), slabs_(other.shape()) {
    swap(other);
  }
  RawIntrusivePool &operator=(RawIntrusivePool &&other) noexcept {
    RawIntrusivePool taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~RawIntrusivePool() = default;

  /// An uninitialised slot; grows when none is left. CapacityError leaves the pool as it was.
  [[nodiscard, gnu::always_inline, gnu::returns_nonnull]] void *allocate() {
    void *slot = free_;
    if (slot == nullptr) [[unlikely]] {
      return allocate_slowly();
    }
    free_ = next_of(slot);
    unpoison(slot, shape().item_bytes);
    return slot;
  }

  /// Takes back a slot of this pool that is live; anything else is undefined.
  [[gnu::always_inline]] void deallocate(void *slot) noexcept {
    link(slot, free_);
    free_ = slot;
  }

  /// n slots, in the order of n calls of allocate(). All or nothing: CapacityError leaves the pool
  /// as it was. O(n), one load waiting for another.
  template <class T> void allocate_n(T **out, std::size_t n) {
    std::size_t done = 0;
    for (; done < n && free_ != nullptr; ++done) {
      out[done] = static_cast<T *>(allocate());
    }
    if (done < n && n - done > slabs_.n_fresh()) {
      try {
        grow_for(n - done);
      } catch (const VmperfError &) {
        while (done != 0) {
          deallocate(out[--done]);
        }
        throw;
      }
    }
    for (; done < n; ++done) {
      out[done] = static_cast<T *>(allocate());
    }
  }

  /// Takes n live slots back, the last one on top. O(n).
  template <class T> void deallocate_n(T *const *in, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) {
      deallocate(in[i]);
    }
  }

  /// Makes n slots available without growth and their pages resident. O(free slots + n).
  void preallocate(std::size_t n);

  /// Gives back every slab of which no slot is live; returns how many bytes. O(free slots).
  std::size_t purge();

  /// Gives all memory back, live slots too; afterwards all but close() is refused.
  /// CorruptionError, after that, where the free list was not whole.
  void close();

  /// As RawStackPool's.
  [[nodiscard]] Slab detach(std::size_t n);
  void attach(Slab slab);

  /// Exact at any time; O(free slots). CorruptionError where the free list is not whole: a slot was
  /// freed twice, or written after it was freed.
  [[nodiscard]] PoolStats stats() const;

  [[nodiscard]] std::size_t capacity() const noexcept { return slabs_.capacity(); }
  /// O(free slots), as stats().
  [[nodiscard]] std::size_t available() const { return capacity() - live(); }
  [[nodiscard]] std::size_t live() const { return slabs_.handed_out() - count(nullptr); }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  [[nodiscard]] const SlotShape &shape() const noexcept { return slabs_.shape(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return slabs_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept {
    return slabs_.slab_of(p) != slabs().size();
  }

private:
  [[nodiscard, gnu::always_inline]] static void *next_of(const void *slot) noexcept {
    void *next = nullptr;
    std::memcpy(static_cast<void *>(&next), slot, sizeof next);
    return next;
  }
  // The link itself stays readable where AddressSanitizer watches the rest of a free slot.
  [[gnu::always_inline]] void link(void *slot, void *next) const noexcept {
    unpoison(slot, sizeof next);
    std::memcpy(slot, static_cast<const void *>(&next), sizeof next);
    if (shape().slot_bytes > sizeof next) {
      poison(static_cast<std::byte *>(slot) + sizeof next, shape().slot_bytes - sizeof next);
    }
  }

  [[nodiscard, gnu::cold, gnu::noinline, gnu::returns_nonnull]] void *allocate_slowly() {
    return allocate_fresh();
  }
  [[nodiscard]] void *allocate_fresh();
  void grow_for(std::size_t missing);
  // The length of the free list, whose slots are also counted by slab where `n_free` is given.
  std::size_t count(std::vector<std::size_t> *n_free) const;
  void require_open() const;
  void swap(RawIntrusivePool &other) noexcept;

  void *free_ = nullptr;
  bool closed_ = false;
  SlabSet slabs_;
};

/// The typed face; see StackPool.
template <class T, std::size_t Align = alignof(T)> class IntrusivePool {
public:
  using value_type = T;

  IntrusivePool() : IntrusivePool(0) {}
  [[nodiscard]] static IntrusivePool with_capacity(std::size_t n) { return IntrusivePool(n); }

  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }
  [[gnu::always_inline]] void deallocate(T *object) noexcept { raw_.deallocate(object); }
  void allocate_n(T **out, std::size_t n) { raw_.allocate_n(out, n); }
  void deallocate_n(T *const *in, std::size_t n) noexcept { raw_.deallocate_n(in, n); }

  void preallocate(std::size_t n) { raw_.preallocate(n); }
  std::size_t purge() { return raw_.purge(); }
  void close() { raw_.close(); }
  [[nodiscard]] PoolStats stats() const { return raw_.stats(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return raw_.capacity(); }
  [[nodiscard]] std::size_t available() const { return raw_.available(); }
  [[nodiscard]] std::size_t live() const { return raw_.live(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return raw_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept { return raw_.contains(p); }

private:
  explicit IntrusivePool(std::size_t capacity)
      : raw_(sizeof(T), std::max(Align, alignof(T)), capacity) {}

  RawIntrusivePool raw_;
};

} // namespace vmperf::pool

#include "vmperf/pool/intrusive_pool.inl"
