// The memory of SharedCore: fresh slots, growth, residency, close, statistics. All under its lock.
#pragma once

namespace vmperf::pool {

inline void *SharedCore::take_fresh() noexcept {
  if (fresh_ == fresh_end_) {
    fresh_ = slabs_[n_opened_].base();
    fresh_end_ = slabs_[n_opened_].end();
    ++n_opened_;
  }
  ++used_;
  return std::exchange(fresh_, fresh_ + shape_.slot_bytes);
}

// So that pops ascend.
inline void SharedCore::fill_fresh(Magazine &magazine, std::size_t n) noexcept {
  for (void **entry = magazine.slots() + n; entry != magazine.slots(); --entry) {
    *entry = take_fresh();
  }
  magazine.set_count(n);
}

inline void SharedCore::grow() {
  add_slab(shape_.growth(capacity_));
}

// Everything that can fail comes first. Magazines made in vain are of use later.
inline void SharedCore::add_slab(std::size_t n_slots) {
  Slab slab(shape_, n_slots);
  make_magazines(capacity_ + n_slots, caches_.size());
  try {
    slabs_.reserve(slabs_.size() + 1);
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory for the pool's list of slabs",
                        (slabs_.size() + 1) * sizeof(Slab), kMaxBytes);
  }
  slabs_.push_back(std::move(slab));
  capacity_ += n_slots;
}

inline void SharedCore::make_magazines(std::size_t capacity, std::size_t n_caches) {
  const std::size_t needed = capacity / magazine_capacity_ + 1 + 3 * n_caches;
  while (store_.n_made() < needed) {
    Magazine *made = store_.make();
    if (made == nullptr) {
      throw CapacityError("no memory for the magazines of the pool",
                          needed * (magazine_capacity_ + 1) * sizeof(void *), kMaxBytes);
    }
    empty_.push(*made);
  }
}

inline void SharedCore::preallocate(std::size_t n) {
  const std::scoped_lock lock(mutex_);
  require_open();
  shape_.check_count("n", n);
  if (n > fresh_left()) {
    const std::size_t missing = n - fresh_left();
    shape_.check_count("n", capacity_ + missing);
    add_slab(missing);
  }
  std::byte *next = fresh_;
  const std::byte *end = fresh_end_;
  for (std::size_t slab = n_opened_; n != 0; --n, next += shape_.slot_bytes) {
    if (next == end) {
      next = slabs_[slab].base();
      end = slabs_[slab++].end();
    }
    touch_slot(next, shape_);
  }
}

inline void SharedCore::close() noexcept {
  const std::scoped_lock lock(mutex_);
  closed_.store(true, std::memory_order_relaxed);
  for (const auto &cache : caches_) { // neither pops nor pushes fit: their threads come here
    cache->limit = const_cast<void **>(&kNothing);
    cache->top.store(cache->limit, std::memory_order_relaxed);
  }
  full_.clear();
  empty_.clear();
  partial_ = nullptr;
  store_.clear();
  slabs_.clear();
  slabs_.shrink_to_fit();
  fresh_ = fresh_end_ = nullptr;
  n_opened_ = capacity_ = used_ = 0;
}

inline SharedPoolStats SharedCore::stats() const {
  const std::scoped_lock lock(mutex_);
  require_open();
  std::size_t previous = 0;
  std::size_t in_magazines = 0;
  for (const auto &cache : caches_) {
    const std::size_t n = cache->previous.load(std::memory_order_relaxed)->count();
    previous += n;
    in_magazines += n + count_loaded(*cache, magazine_capacity_);
  }
  std::size_t stored = 0; // loaded magazines count as 0
  for (std::uint32_t i = 1; i <= store_.n_made(); ++i) {
    stored += store_.at(i)->count();
  }
  const std::size_t available = fresh_left() + stored - std::min(stored, previous);
  return {
      .capacity = capacity_,
      .available = available,
      .in_magazines = in_magazines,
      .live = capacity_ - std::min(capacity_, available + in_magazines),
      .slabs = slabs_.size(),
      .magazines = store_.n_made(),
      .threads = caches_.size(),
      .bytes = capacity_ * shape_.slot_bytes + store_.bytes(),
  };
}

inline bool SharedCore::is_slot(const void *p) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(slabs_, [&](const Slab &slab) {
    const auto *at = static_cast<const std::byte *>(p);
    return slab.contains(p) && static_cast<std::size_t>(at - slab.base()) % shape_.slot_bytes == 0;
  });
}

} // namespace vmperf::pool
