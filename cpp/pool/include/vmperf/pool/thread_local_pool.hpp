// ThreadLocalPool<T>: a StackPool for each thread behind one object, found through one pointer in
// TLS (thread_states.hpp). An item is freed by the thread that allocated it; SharedPool is the one
// whose items travel. Freed by another thread, an item is
//   - CorruptionError in CheckedThreadLocalPool, where the pool of that thread tests its addresses,
//     and in any pool where that thread has no StackPool of its own;
//   - undefined else, as a foreign pointer in StackPool is.
// At the end of a thread its StackPool goes, unless items of it are live: then it waits for the
// next thread that comes, or frees one of them, and becomes that one's.
//
// allocate, deallocate: O(1), one TLS load and one compare more than StackPool. The pool may end
// while threads that used it live on, but not while one is inside it.
// Source: Berger and others, Hoard, ASPLOS 2000, section 2 (what private heaps cost: no remote
// frees, memory that one thread keeps from the others).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/checked_pool.hpp"
#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"
#include "vmperf/pool/thread_states.hpp"

namespace vmperf::pool {

/// The threads' pools, and those that their threads left behind.
template <class Pool>
class ThreadLocalCore final : public ThreadStateOwner,
                              public std::enable_shared_from_this<ThreadLocalCore<Pool>> {
public:
  ThreadLocalCore(std::size_t item_bytes, std::size_t align, std::size_t capacity)
      : shape_(SlotShape::checked(item_bytes, align)), capacity_(capacity) {
    shape_.check_count("capacity", capacity);
  }

  /// The calling thread's pool, made or adopted at its first use.
  [[nodiscard]] Pool &enter() { return enter_for(nullptr); }
  void deallocate(void *slot) {
    if (thread_states::records() == nullptr) {
      const std::scoped_lock lock(mutex_);
      if (const auto orphan = find_orphan(slot); orphan != orphans_.end()) {
        (*orphan)->deallocate(slot);
        return;
      }
    }
    enter_for(slot).deallocate(slot);
  }
  void leave(void *state) noexcept override {
    const std::scoped_lock lock(mutex_);
    auto *pool = static_cast<Pool *>(state);
    const auto mine = find_if(pools_, [pool](const auto &one) { return one.get() == pool; });
    if (!is_closed() && has_live(*pool)) {
      orphans_.push_back(std::move(*mine)); // room was made when the pool was
    }
    pools_.erase(mine);
  }
  void close() noexcept {
    const std::scoped_lock lock(mutex_);
    closed_.store(true, std::memory_order_relaxed);
    for (const auto &pool : pools_) { // stay as closed pools until their threads leave
      static_cast<void>(Pool(std::move(*pool)));
    }
    orphans_.clear();
  }
  [[nodiscard]] bool is_closed() const noexcept override {
    return closed_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] PoolStats stats() const {
    const std::scoped_lock lock(mutex_);
    require_open();
    PoolStats sum;
    for (const auto *pools : {&pools_, &orphans_}) {
      for (const auto &pool : *pools) {
        const PoolStats one = pool->stats();
        sum.capacity += one.capacity;
        sum.available += one.available;
        sum.live += one.live;
        sum.high_water += one.high_water;
        sum.slabs += one.slabs;
        sum.bytes += one.bytes;
      }
    }
    return sum;
  }
  [[nodiscard]] bool contains(const void *p) const {
    const std::scoped_lock lock(mutex_);
    const auto has = [p](const auto &pool) { return pool->contains(p); };
    return std::ranges::any_of(pools_, has) || std::ranges::any_of(orphans_, has);
  }
  [[nodiscard]] std::size_t n_threads() const {
    const std::scoped_lock lock(mutex_);
    return pools_.size();
  }
  [[nodiscard]] const SlotShape &shape() const noexcept { return shape_; }

private:
  using Pools = std::vector<std::unique_ptr<Pool>>;

  static bool has_live(const Pool &pool) noexcept {
    if constexpr (requires { pool.live(); }) {
      return pool.live() != 0;
    } else {
      return pool.stats().live != 0; // a checked pool is always sound, so that this throws nothing
    }
  }

  void require_open() const {
    if (is_closed()) {
      throw InvalidArgumentError("pool", "closed", "a pool that was not closed");
    }
  }

  template <class Test> static Pools::iterator find_if(Pools &pools, Test test) {
    return std::ranges::find_if(pools, test);
  }
  [[nodiscard]] Pools::iterator find_orphan(const void *slot) {
    return find_if(orphans_, [slot](const auto &one) { return one->contains(slot); });
  }

  // slot: what the thread wants to free, or nullptr where it allocates.
  Pool &enter_for(const void *slot) {
    require_open();
    thread_states::Records *records = thread_states::records();
    if (records == nullptr) {
      throw InvalidArgumentError("thread", "at its end or without memory",
                                 "a thread whose thread-local objects are not being destroyed");
    }
    if (void *state = records->look_up(*this)) {
      return *static_cast<Pool *>(state);
    }
    try {
      records->prepare();
      Pool &pool = make_or_adopt(slot);
      records->add(this->shared_from_this(), &pool);
      return pool;
    } catch (const std::bad_alloc &) {
      throw CapacityError("no memory for a thread's part of the pool", sizeof(Pool), kMaxBytes);
    }
  }

  Pool &make_or_adopt(const void *slot) {
    const std::scoped_lock lock(mutex_);
    pools_.reserve(pools_.size() + 1);
    orphans_.reserve(orphans_.size() + pools_.size() + 1);
    const auto orphan = slot == nullptr ? orphans_.begin() : find_orphan(slot);
    if (orphan != orphans_.end()) {
      pools_.push_back(std::move(*orphan));
      orphans_.erase(orphan);
    } else if (slot != nullptr) {
      throw CorruptionError("a thread frees what it cannot have allocated: it has no part in the "
                            "pool yet; SharedPool takes items back from any thread");
    } else {
      pools_.push_back(std::make_unique<Pool>(shape_.item_bytes, shape_.align, capacity_));
    }
    return *pools_.back();
  }

  SlotShape shape_;
  std::size_t capacity_; // of each thread's pool at first
  std::atomic<bool> closed_{false};
  mutable std::mutex mutex_; // of the lists; each pool is its thread's
  Pools pools_;
  Pools orphans_;
};

/// Of slots whose size is known at run time; Pool is RawStackPool or RawCheckedPool.
template <class Pool> class BasicThreadLocalPool {
public:
  /// capacity: the slots that a thread's part has at its first use. InvalidArgumentError.
  explicit BasicThreadLocalPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : core_(std::make_shared<ThreadLocalCore<Pool>>(item_bytes, align, capacity)),
        entry_offset_(thread_states::entry_of(*core_) * sizeof(thread_states::Entry)) {}
  BasicThreadLocalPool(const BasicThreadLocalPool &) = delete;
  BasicThreadLocalPool &operator=(const BasicThreadLocalPool &) = delete;
  BasicThreadLocalPool(BasicThreadLocalPool &&) = delete;
  BasicThreadLocalPool &operator=(BasicThreadLocalPool &&) = delete;
  ~BasicThreadLocalPool() { core_->close(); }

  /// An uninitialised slot; grows when none is left. CapacityError leaves the pool as it was.
  [[nodiscard, gnu::always_inline]] void *allocate() {
    const thread_states::Entry &entry = thread_states::entry_at(entry_offset_);
    if (entry.owner != core_.get()) [[unlikely]] {
      return allocate_slowly();
    }
    return static_cast<Pool *>(entry.state)->allocate();
  }

  /// Takes back a live slot that the calling thread allocated.
  [[gnu::always_inline]] void deallocate(void *slot) {
    const thread_states::Entry &entry = thread_states::entry_at(entry_offset_);
    if (entry.owner != core_.get()) [[unlikely]] {
      deallocate_slowly(slot);
      return;
    }
    static_cast<Pool *>(entry.state)->deallocate(slot);
  }

  /// Makes n slots available to the calling thread without growth, and their pages resident.
  void preallocate(std::size_t n) { core_->enter().preallocate(n); }
  /// The calling thread's part.
  [[nodiscard]] PoolStats local_stats() { return core_->enter().stats(); }
  /// Summed over all parts (high_water is an upper bound). Only while no other thread is inside.
  [[nodiscard]] PoolStats stats() const { return core_->stats(); }
  [[nodiscard]] std::size_t n_threads() const { return core_->n_threads(); }
  [[nodiscard]] bool contains(const void *p) const { return core_->contains(p); }
  /// Gives all memory back; afterwards all but close() is refused or undefined, as in StackPool.
  void close() noexcept { core_->close(); }
  [[nodiscard]] bool is_closed() const noexcept { return core_->is_closed(); }

private:
  [[nodiscard, gnu::cold, gnu::noinline]] void *allocate_slowly() {
    return core_->enter().allocate();
  }
  [[gnu::cold, gnu::noinline]] void deallocate_slowly(void *slot) { core_->deallocate(slot); }

  std::shared_ptr<ThreadLocalCore<Pool>> core_; // shared with the records of its threads
  std::size_t entry_offset_;
};

using RawThreadLocalPool = BasicThreadLocalPool<RawStackPool>;
using RawCheckedThreadLocalPool = BasicThreadLocalPool<RawCheckedPool>;

template <class T, class Raw = RawThreadLocalPool> class ThreadLocalPool {
public:
  using value_type = T;

  explicit ThreadLocalPool(std::size_t capacity = 0) : raw_(sizeof(T), alignof(T), capacity) {}
  [[nodiscard]] static ThreadLocalPool with_capacity(std::size_t n) { return ThreadLocalPool(n); }

  /// As BasicThreadLocalPool's.
  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }
  [[gnu::always_inline]] void deallocate(T *object) { raw_.deallocate(object); }
  void preallocate(std::size_t n) { raw_.preallocate(n); }
  void close() noexcept { raw_.close(); }
  [[nodiscard]] PoolStats stats() const { return raw_.stats(); }
  [[nodiscard]] PoolStats local_stats() { return raw_.local_stats(); }

private:
  Raw raw_;
};

template <class T> using CheckedThreadLocalPool = ThreadLocalPool<T, RawCheckedThreadLocalPool>;

} // namespace vmperf::pool
