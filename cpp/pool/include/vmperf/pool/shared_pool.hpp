// SharedPool<T>: a pool of uninitialised slots that any number of threads use at once. Each thread
// has two magazines, arrays of free pointers of its own, and exchanges them whole over a lock-free
// depot. A slot that another thread allocated goes into the magazine of the thread that frees it:
// a remote free costs what a local one does. See shared_core.hpp for the structure.
//
// allocate, deallocate: O(1), any thread; local until a magazine is empty or full: one TLS load and
// one compare more than StackPool. A thread keeps up to two magazines of free slots, which go back
// at its end. The pool may end while threads that used it live on, but not while one is inside it.
// After fork() a child may use the pool where no other thread was inside it. Slots never move.
// Source: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "vmperf/pool/shared_core.hpp"

namespace vmperf::pool {

inline constexpr std::size_t kMagazineCapacity = 64;

/// Of slots whose size is known at run time.
class RawSharedPool {
public:
  /// InvalidArgumentError for a bad shape, capacity or magazine, CapacityError where memory is out.
  explicit RawSharedPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0,
                         std::size_t magazine_capacity = kMagazineCapacity)
      : core_(std::make_shared<SharedCore>(item_bytes, align, capacity, magazine_capacity)),
        entry_offset_(thread_states::entry_of(*core_) * sizeof(thread_states::Entry)) {}
  RawSharedPool(const RawSharedPool &) = delete;
  RawSharedPool &operator=(const RawSharedPool &) = delete;
  RawSharedPool(RawSharedPool &&) = delete;
  RawSharedPool &operator=(RawSharedPool &&) = delete;
  ~RawSharedPool() { core_->close(); }

  /// An uninitialised slot; grows when none is left. CapacityError leaves the pool as it was.
  [[nodiscard, gnu::always_inline]] void *allocate() {
    const thread_states::Entry &entry = thread_states::entry_at(entry_offset_);
    if (entry.owner != core_.get()) [[unlikely]] {
      return allocate_slowly(nullptr);
    }
    auto *cache = static_cast<ThreadCache *>(entry.state);
    void **top = cache->top.load(std::memory_order_relaxed);
    void *slot = *top;
    if (slot == nullptr) [[unlikely]] {
      return allocate_slowly(cache);
    }
    cache->top.store(top - 1, std::memory_order_relaxed);
    unpoison(slot, core_->shape().item_bytes);
    return slot;
  }

  /// Takes back a live slot of this pool, whichever thread allocated it; anything else is
  /// undefined.
  [[gnu::always_inline]] void deallocate(void *slot) {
    poison(slot, core_->shape().slot_bytes);
    const thread_states::Entry &entry = thread_states::entry_at(entry_offset_);
    if (entry.owner != core_.get()) [[unlikely]] {
      deallocate_slowly(nullptr, slot);
      return;
    }
    auto *cache = static_cast<ThreadCache *>(entry.state);
    void **top = cache->top.load(std::memory_order_relaxed);
    if (top == cache->limit) [[unlikely]] {
      deallocate_slowly(cache, slot);
      return;
    }
    *++top = slot;
    cache->top.store(top, std::memory_order_relaxed);
  }

  /// Makes n fresh slots available without growth, and their pages resident. A thread takes them a
  /// magazine at a time. O(n), locked.
  void preallocate(std::size_t n) { core_->preallocate(n); }

  /// Gives all memory back, live slots too; afterwards all but close() is refused. No other thread
  /// may be inside the pool.
  void close() noexcept { core_->close(); }

  /// Exact when no other thread is inside the pool, within bounds else. O(magazines), locked.
  [[nodiscard]] SharedPoolStats stats() const { return core_->stats(); }
  [[nodiscard]] std::size_t capacity() const { return core_->stats().capacity; }
  [[nodiscard]] std::size_t magazine_capacity() const noexcept {
    return core_->magazine_capacity();
  }
  [[nodiscard]] bool is_closed() const noexcept { return core_->is_closed(); }
  [[nodiscard]] const SlotShape &shape() const noexcept { return core_->shape(); }
  /// Whether an address is that of a slot; O(slabs), locked.
  [[nodiscard]] bool is_slot(const void *p) const { return core_->is_slot(p); }

private:
  [[nodiscard, gnu::cold, gnu::noinline]] void *allocate_slowly(ThreadCache *cache) {
    return core_->allocate(cache);
  }
  [[gnu::cold, gnu::noinline]] void deallocate_slowly(ThreadCache *cache, void *slot) {
    core_->deallocate(cache, slot);
  }

  std::shared_ptr<SharedCore> core_; // shared with the records of the threads that used it
  std::size_t entry_offset_;
};

template <class T, std::size_t Align = alignof(T)> class SharedPool {
public:
  using value_type = T;

  explicit SharedPool(std::size_t capacity = 0, std::size_t magazine_capacity = kMagazineCapacity)
      : raw_(sizeof(T), std::max(Align, alignof(T)), capacity, magazine_capacity) {}

  /// A pool whose first n slots need no growth. InvalidArgumentError, CapacityError.
  [[nodiscard]] static SharedPool with_capacity(std::size_t n) { return SharedPool(n); }

  /// As RawSharedPool's.
  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }
  [[gnu::always_inline]] void deallocate(T *object) { raw_.deallocate(object); }
  void preallocate(std::size_t n) { raw_.preallocate(n); }
  void close() noexcept { raw_.close(); }
  [[nodiscard]] SharedPoolStats stats() const { return raw_.stats(); }
  [[nodiscard]] std::size_t capacity() const { return raw_.capacity(); }
  [[nodiscard]] std::size_t magazine_capacity() const noexcept { return raw_.magazine_capacity(); }
  [[nodiscard]] bool is_slot(const void *p) const { return raw_.is_slot(p); }

private:
  RawSharedPool raw_;
};

} // namespace vmperf::pool
