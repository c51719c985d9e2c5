// The cold parts of RawIntrusivePool. In a header, so that a client of the pool links to nothing.
#pragma once

namespace vmperf::pool {

inline void RawIntrusivePool::require_open() const {
  if (closed_) {
    throw InvalidArgumentError("pool", "closed", "a pool that was neither closed nor moved from");
  }
}

inline void RawIntrusivePool::swap(RawIntrusivePool &other) noexcept {
  std::swap(free_, other.free_);
  std::swap(closed_, other.closed_);
  slabs_.swap(other.slabs_);
}

inline void RawIntrusivePool::grow_for(std::size_t missing) {
  require_open();
  shape().check_count("n", missing);
  attach(Slab(shape(), slabs_.growth(missing - slabs_.n_fresh())));
}

inline void *RawIntrusivePool::allocate_fresh() {
  require_open();
  if (slabs_.n_fresh() == 0) {
    grow_for(1);
  }
  void *slot = slabs_.take_fresh();
  unpoison(slot, shape().item_bytes);
  return slot;
}

inline void RawIntrusivePool::attach(Slab slab) {
  require_open();
  slabs_.reserve_one();
  slabs_.add(std::move(slab));
}

inline Slab RawIntrusivePool::detach(std::size_t n) {
  require_open();
  shape().check_count("n", n);
  return slabs_.detach_or_make(n);
}

// A link is followed only where it leads to the start of a slot of this pool.
inline std::size_t RawIntrusivePool::count(std::vector<std::size_t> *n_free) const {
  std::size_t n = 0;
  std::size_t slab = 0;
  for (const void *slot = free_; slot != nullptr; slot = next_of(slot), ++n) {
    if (slab >= slabs().size() || !slabs()[slab].contains(slot)) {
      slab = slabs_.slab_of(slot);
    }
    const auto address = reinterpret_cast<std::uintptr_t>(slot);
    if (slab == slabs().size() || n == slabs_.handed_out() ||
        (address - reinterpret_cast<std::uintptr_t>(slabs()[slab].base())) % shape().slot_bytes !=
            0) {
      throw CorruptionError("the free list is not whole at slot " + std::to_string(address) +
                            ": a slot was freed twice, or written after it was freed, or is not "
                            "from this pool; find it with CheckedPool");
    }
    if (n_free != nullptr) {
      ++(*n_free)[slab];
    }
  }
  return n;
}

inline void RawIntrusivePool::preallocate(std::size_t n) {
  require_open();
  shape().check_count("n", n);
  const std::size_t n_available = available();
  if (n > n_available) {
    const std::size_t missing = n - n_available;
    shape().check_count("n", capacity() + missing);
    attach(Slab(shape(), missing));
  }
  for (void *slot = free_; slot != nullptr && n != 0; --n) {
    void *next = next_of(slot);
    touch_slot(slot, shape());
    link(slot, next);
    slot = next;
  }
  slabs_.touch_fresh(n);
}

inline std::size_t RawIntrusivePool::purge() {
  const std::size_t before = stats().bytes;
  std::vector<std::size_t> n_free = slabs_.make_counts();
  count(&n_free);
  void *last = nullptr; // of the list that stays
  void *first = nullptr;
  for (void *slot = free_; slot != nullptr;) {
    void *next = next_of(slot);
    if (!slabs_.is_unused(slabs_.slab_of(slot), n_free)) {
      if (last == nullptr) {
        first = slot;
      } else {
        link(last, slot); // NOLINT(readability-suspicious-call-argument): a list's end, its new end
      }
      last = slot;
    }
    slot = next;
  }
  if (last != nullptr) {
    link(last, nullptr);
  }
  free_ = first;
  slabs_.release(n_free);
  return before - stats().bytes;
}

inline void RawIntrusivePool::close() {
  std::string fault;
  try {
    static_cast<void>(live());
  } catch (const CorruptionError &error) {
    fault = error.what();
  }
  static_cast<void>(RawIntrusivePool(std::move(*this)));
  if (!fault.empty()) {
    throw CorruptionError(fault);
  }
}

inline PoolStats RawIntrusivePool::stats() const {
  require_open();
  const std::size_t n_live = live();
  return {
      .capacity = capacity(),
      .available = capacity() - n_live,
      .live = n_live,
      .high_water = slabs_.high_water(),
      .slabs = slabs().size(),
      .bytes = slabs_.bytes(),
  };
}

} // namespace vmperf::pool
