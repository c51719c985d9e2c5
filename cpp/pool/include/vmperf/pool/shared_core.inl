// The slow ways of SharedCore. In a header, so that a client of the pool links to nothing.
#pragma once

namespace vmperf::pool {

inline void SharedCore::require_open() const {
  if (is_closed()) {
    throw InvalidArgumentError("pool", "closed", "a pool that was not closed");
  }
}

inline ThreadCache *SharedCore::enter() {
  require_open();
  thread_states::Records *records = thread_states::records();
  if (records == nullptr) {
    return nullptr;
  }
  if (void *state = records->look_up(*this)) {
    return static_cast<ThreadCache *>(state);
  }
  try {
    records->prepare();
    ThreadCache *cache = make_cache();
    records->add(shared_from_this(), cache);
    return cache;
  } catch (const std::bad_alloc &) {
    return nullptr;
  } catch (const CapacityError &) {
    return nullptr;
  }
}

inline ThreadCache *SharedCore::make_cache() {
  const std::scoped_lock lock(mutex_);
  caches_.reserve(caches_.size() + 1);
  auto cache = std::make_unique<ThreadCache>();
  make_magazines(capacity_, caches_.size() + 1);
  load(*cache, take_empty(), magazine_capacity_);
  cache->previous.store(&take_empty(), std::memory_order_relaxed);
  caches_.push_back(std::move(cache));
  return caches_.back().get();
}

inline void SharedCore::leave(void *state) noexcept {
  const std::scoped_lock lock(mutex_);
  auto *cache = static_cast<ThreadCache *>(state);
  if (!is_closed()) {
    store_loaded(*cache);
    retire(*cache->loaded.load(std::memory_order_relaxed));
    retire(*cache->previous.load(std::memory_order_relaxed));
  }
  std::erase_if(caches_, [cache](const auto &one) { return one.get() == cache; });
}

inline void SharedCore::load(ThreadCache &cache, Magazine &magazine,
                             std::size_t capacity) noexcept {
  cache.limit = magazine.slots() + capacity;
  cache.top.store(magazine.slots() + magazine.count(), std::memory_order_relaxed);
  magazine.set_count(0);
  cache.loaded.store(&magazine, std::memory_order_relaxed);
}

// Of a cache that its thread may be using: within bounds, whatever it does.
inline std::size_t SharedCore::count_loaded(const ThreadCache &cache,
                                            std::size_t capacity) noexcept {
  Magazine *loaded = cache.loaded.load(std::memory_order_relaxed);
  const auto count = cache.top.load(std::memory_order_relaxed) - loaded->slots();
  return count < 0 ? 0 : std::min(static_cast<std::size_t>(count), capacity);
}

inline void SharedCore::store_loaded(ThreadCache &cache) noexcept {
  Magazine *loaded = cache.loaded.load(std::memory_order_relaxed);
  loaded->set_count(
      static_cast<std::size_t>(cache.top.load(std::memory_order_relaxed) - loaded->slots()));
}

inline void SharedCore::swap_magazines(ThreadCache &cache) const noexcept {
  store_loaded(cache);
  Magazine *next = cache.previous.load(std::memory_order_relaxed);
  cache.previous.store(cache.loaded.load(std::memory_order_relaxed), std::memory_order_relaxed);
  load(cache, *next, magazine_capacity_);
}

inline void *SharedCore::allocate(ThreadCache *cache) {
  require_open();
  if (cache == nullptr) {
    cache = enter();
  }
  if (cache == nullptr) {
    void *slot = allocate_locked();
    unpoison(slot, shape_.item_bytes);
    return slot;
  }
  if (*cache->top.load(std::memory_order_relaxed) == nullptr) {
    refill(*cache);
  }
  void **top = cache->top.load(std::memory_order_relaxed);
  cache->top.store(top - 1, std::memory_order_relaxed);
  unpoison(*top, shape_.item_bytes);
  return *top;
}

// Leaves at least one slot in the loaded magazine, which is empty.
inline void SharedCore::refill(ThreadCache &cache) {
  if (count_loaded(cache, magazine_capacity_) != 0) {
    throw CorruptionError("a null pointer was deallocated: it lies in a magazine");
  }
  Magazine *previous = cache.previous.load(std::memory_order_relaxed);
  if (previous->count() != 0) {
    swap_magazines(cache);
    return;
  }
  Magazine *full = full_.pop(store_);
  if (full == nullptr) {
    refill_locked(cache);
    return;
  }
  cache.previous.store(full, std::memory_order_relaxed);
  swap_magazines(cache);
  empty_.push(*previous);
}

inline void SharedCore::refill_locked(ThreadCache &cache) {
  const std::scoped_lock lock(mutex_);
  Magazine &loaded = *cache.loaded.load(std::memory_order_relaxed);
  if (partial_ != nullptr && partial_->count() != 0) {
    load(cache, *std::exchange(partial_, &loaded), magazine_capacity_);
    return;
  }
  if (fresh_left() == 0) {
    grow();
  }
  fill_fresh(loaded, std::min(magazine_capacity_, fresh_left()));
  load(cache, loaded, magazine_capacity_);
}

inline void SharedCore::deallocate(ThreadCache *cache, void *slot) {
  require_open();
  if (cache == nullptr) {
    cache = enter();
  }
  if (cache == nullptr) {
    deallocate_locked(slot);
    return;
  }
  if (cache->top.load(std::memory_order_relaxed) == cache->limit) {
    make_room(*cache);
  }
  void **top = cache->top.load(std::memory_order_relaxed) + 1;
  *top = slot;
  cache->top.store(top, std::memory_order_relaxed);
}

// The loaded magazine is full; leaves one that isn't.
inline void SharedCore::make_room(ThreadCache &cache) {
  Magazine *previous = cache.previous.load(std::memory_order_relaxed);
  if (previous->count() != magazine_capacity_) {
    swap_magazines(cache);
    return;
  }
  cache.previous.store(&take_empty(), std::memory_order_relaxed);
  swap_magazines(cache);
  full_.push(*previous);
}

inline Magazine &SharedCore::take_empty() {
  Magazine *empty = empty_.pop(store_);
  if (empty == nullptr) {
    throw CorruptionError("more slots were deallocated than allocated: all magazines are full");
  }
  return *empty;
}

inline void *SharedCore::allocate_locked() {
  const std::scoped_lock lock(mutex_);
  if (partial_ == nullptr || partial_->count() == 0) {
    if (Magazine *full = full_.pop(store_)) {
      if (partial_ != nullptr) {
        empty_.push(*partial_);
      }
      partial_ = full;
    } else {
      if (fresh_left() == 0) {
        grow();
      }
      return take_fresh();
    }
  }
  const std::size_t count = partial_->count();
  partial_->set_count(count - 1);
  return partial_->slots()[count];
}

inline void SharedCore::deallocate_locked(void *slot) {
  const std::scoped_lock lock(mutex_);
  if (partial_ == nullptr) {
    partial_ = &take_empty();
  } else if (partial_->count() == magazine_capacity_) {
    Magazine &empty = take_empty();
    full_.push(*std::exchange(partial_, &empty));
  }
  partial_->slots()[partial_->count() + 1] = slot;
  partial_->set_count(partial_->count() + 1U);
}

// Takes back a magazine of a thread that ends; what it holds is poured into partial_.
inline void SharedCore::retire(Magazine &magazine) noexcept {
  if (magazine.count() == 0) {
    empty_.push(magazine);
  } else if (magazine.count() == magazine_capacity_) {
    full_.push(magazine);
  } else if (partial_ == nullptr) {
    partial_ = &magazine;
  } else {
    const std::size_t held = partial_->count();
    const std::size_t moved = std::min<std::size_t>(magazine.count(), magazine_capacity_ - held);
    const std::size_t kept = magazine.count() - moved;
    std::copy_n(magazine.slots() + 1 + kept, moved, partial_->slots() + 1 + held);
    partial_->set_count(held + moved);
    magazine.set_count(kept);
    if (kept == 0) {
      empty_.push(magazine);
    } else {
      full_.push(*std::exchange(partial_, &magazine));
    }
  }
}

} // namespace vmperf::pool

#include "vmperf/pool/shared_growth.inl"
