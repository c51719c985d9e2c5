// The shared part of SharedPool: slabs, the depot and the list of the threads' caches.
//
//   thread      cache [ loaded | previous ]     two magazines, the thread's own
//   depot       full_ , empty_                  lock-free stacks of magazines
//   slow        partial_                        at most one magazine neither full nor empty
//   slabs       used ... | fresh_ .. fresh_end_ fresh slots fill a magazine at a time
//
// Locked: growth, fresh slots, threads that come and go, statistics. Lock-free: the exchange of a
// magazine, once in `magazine capacity` operations at most. Every thread may hold three magazines
// for a moment, and each other one that isn't empty is full or partial_, so that
// capacity / magazine capacity + 1 + 3 * threads of them always suffice: a deallocation that finds
// no empty one has freed more than was allocated.
// Source: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/magazine.hpp"
#include "vmperf/pool/slab.hpp"
#include "vmperf/pool/thread_states.hpp"

namespace vmperf::pool {

inline constexpr std::size_t kMaxMagazineCapacity = 65536;

/// Exact when no other thread is inside the pool: live + available + in_magazines == capacity.
struct SharedPoolStats {
  std::size_t capacity = 0;     ///< slots in all slabs
  std::size_t available = 0;    ///< free slots that any thread can have: fresh, and in the depot
  std::size_t in_magazines = 0; ///< free slots that threads keep for themselves
  std::size_t live = 0;         ///< slots handed out and not returned
  std::size_t slabs = 0;        ///< slabs held
  std::size_t magazines = 0;    ///< magazines made
  std::size_t threads = 0;      ///< threads with magazines of their own
  std::size_t bytes = 0;        ///< memory held: slabs and magazines

  bool operator==(const SharedPoolStats &) const = default;
};

/// A thread's two magazines. `top` is read by others for statistics alone.
struct alignas(64) ThreadCache {
  std::atomic<void **> top;
  void **limit; ///< where top stands when the loaded magazine is full
  std::atomic<Magazine *> loaded;
  std::atomic<Magazine *> previous;
};

class SharedCore final : public ThreadStateOwner, public std::enable_shared_from_this<SharedCore> {
public:
  SharedCore(std::size_t item_bytes, std::size_t align, std::size_t capacity,
             std::size_t magazine_capacity)
      : shape_(SlotShape::checked(item_bytes, align)), magazine_capacity_(magazine_capacity),
        store_(magazine_capacity) {
    if (magazine_capacity < 1 || magazine_capacity > kMaxMagazineCapacity) {
      throw InvalidArgumentError("magazine_capacity", std::to_string(magazine_capacity),
                                 "1 to " + std::to_string(kMaxMagazineCapacity));
    }
    shape_.check_count("capacity", capacity);
    if (capacity != 0) {
      add_slab(capacity);
    }
  }

  /// The calling thread's cache, made at its first use; nullptr where it can have none: at its end,
  /// or without memory.
  [[nodiscard]] ThreadCache *enter();
  void leave(void *state) noexcept override;

  /// The slow ways. cache: the calling thread's, or nullptr.
  [[nodiscard]] void *allocate(ThreadCache *cache);
  void deallocate(ThreadCache *cache, void *slot);

  void preallocate(std::size_t n);
  void close() noexcept;
  [[nodiscard]] SharedPoolStats stats() const;
  /// Whether an address is that of a slot of this pool. O(slabs), locked.
  [[nodiscard]] bool is_slot(const void *p) const;
  [[nodiscard]] bool is_closed() const noexcept override {
    return closed_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t magazine_capacity() const noexcept { return magazine_capacity_; }
  [[nodiscard]] const SlotShape &shape() const noexcept { return shape_; }

private:
  static inline void *const kNothing = nullptr;

  void require_open() const;
  [[nodiscard]] ThreadCache *make_cache();
  static void load(ThreadCache &cache, Magazine &magazine, std::size_t capacity) noexcept;
  [[nodiscard]] static std::size_t count_loaded(const ThreadCache &cache,
                                                std::size_t capacity) noexcept;
  static void store_loaded(ThreadCache &cache) noexcept;
  void swap_magazines(ThreadCache &cache) const noexcept;
  void refill(ThreadCache &cache);
  void refill_locked(ThreadCache &cache);
  void make_room(ThreadCache &cache);
  [[nodiscard]] void *allocate_locked();
  void deallocate_locked(void *slot);
  void retire(Magazine &magazine) noexcept;
  [[nodiscard]] Magazine &take_empty();
  [[nodiscard]] std::size_t fresh_left() const noexcept { return capacity_ - used_; }
  [[nodiscard]] void *take_fresh() noexcept;
  void fill_fresh(Magazine &magazine, std::size_t n) noexcept;
  void add_slab(std::size_t n_slots);
  void grow();
  void make_magazines(std::size_t capacity, std::size_t n_caches);

  SlotShape shape_;
  std::size_t magazine_capacity_;
  std::atomic<bool> closed_{false};
  MagazineStore store_;
  MagazineStack full_;
  MagazineStack empty_;

  mutable std::mutex mutex_; // of all below
  Magazine *partial_ = nullptr;
  std::vector<std::unique_ptr<ThreadCache>> caches_;
  std::vector<Slab> slabs_;
  std::byte *fresh_ = nullptr; // in slab n_opened_ - 1
  std::byte *fresh_end_ = nullptr;
  std::size_t n_opened_ = 0;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0; // slots taken from the slabs at least once
};

} // namespace vmperf::pool

#include "vmperf/pool/shared_core.inl"
