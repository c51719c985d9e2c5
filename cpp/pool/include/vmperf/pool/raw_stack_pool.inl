// The cold parts of RawStackPool: growth, residency, purge, close. In a header, so that a client of
// the pool links to nothing.
#pragma once

namespace vmperf::pool {

inline void RawStackPool::require_open() const {
  if (closed_) {
    throw InvalidArgumentError("pool", "closed", "a pool that was neither closed nor moved from");
  }
}

inline void RawStackPool::require_sound() const {
  if (!is_sound()) {
    throw CorruptionError(
        "more slots were deallocated than allocated: " + std::to_string(stacked()) +
        " on the free stack, " + std::to_string(slabs_.handed_out()) +
        " ever handed out; find it with CheckedPool");
  }
}

inline void RawStackPool::require_no_lease(const char *what) const {
  if (n_leases_ != 0) {
    throw CorruptionError(std::string(what) + " while " + std::to_string(n_leases_) +
                          " lease(s) of the pool are open; end them first");
  }
}

inline void RawStackPool::swap(RawStackPool &other) noexcept {
  std::swap(top_, other.top_);
  std::swap(bottom_, other.bottom_);
  std::swap(n_leases_, other.n_leases_);
  std::swap(closed_, other.closed_);
  slabs_.swap(other.slabs_);
  std::swap(table_, other.table_);
  std::swap(retired_, other.retired_);
}

inline void *RawStackPool::allocate_fresh() {
  require_open();
  if (top_ != bottom_) {
    throw CorruptionError("a null pointer was deallocated: it lies on the free stack");
  }
  if (slabs_.n_fresh() == 0) {
    add_slab(slabs_.growth(1));
  }
  void *slot = slabs_.take_fresh();
  unpoison(slot, shape().item_bytes);
  return slot;
}

// All that is free is about to be handed out, so the high-water mark stays exact.
inline void RawStackPool::put_fresh_on_stack(std::size_t n) {
  require_open();
  require_sound();
  shape().check_count("n", n);
  if (n > available()) {
    add_slab(slabs_.growth(n - available()));
  } else if (n_leases_ != 0) { // the rows of leases stay readable in the table that they lie in
    EntryTable table = room_for(capacity());
    if (!table) {
      throw CapacityError("no memory for the free stack of the pool",
                          EntryTable::bytes(capacity() + kExtraEntries), kMaxBytes);
    }
    adopt_table(std::move(table), capacity());
  }
  while (stacked() < n) {
    *++top_ = static_cast<Slot *>(slabs_.take_fresh());
  }
}

// Something was allocated since the lease was made and is still live, or the table is another one
// by now: the row is copied to where the top is. Or slots were taken back over the row's first
// entries: those that lay there are lost, not doubled.
inline void RawStackPool::move_back(LeaseBlock block) noexcept {
  if (n_leases_ == 0) {
    return; // closed meanwhile: all memory is gone
  }
  --n_leases_;
  Slot **entry = bottom_ + block.base;
  if (block.below == as_memory(entry) && top_ > entry) {
    top_ = std::max(top_, entry + block.n);
    return;
  }
  std::memmove(as_memory(top_ + 1), as_memory(block.row().data()), block.n * sizeof(void *));
  poison_row(top_ + 1, block.n);
  top_ += block.n;
}

// Null is an answer: no memory.
inline EntryTable RawStackPool::room_for(std::size_t capacity) {
  EntryTable table = EntryTable::make(capacity + kExtraEntries);
  if (table && n_leases_ != 0) {
    try {
      retired_.reserve(retired_.size() + 1);
    } catch (const std::bad_alloc &) {
      return {};
    }
  }
  return table;
}

// Everything that can fail comes first: the pool is changed wholly or not at all.
inline void RawStackPool::add_slab(std::size_t n_slots) {
  attach(Slab(shape(), n_slots));
}

inline void RawStackPool::attach(Slab slab) {
  require_open();
  const std::size_t capacity = slabs_.capacity() + slab.n_slots();
  EntryTable table = room_for(capacity);
  if (!table) {
    throw CapacityError("no memory for the free stack of the pool",
                        EntryTable::bytes(capacity + kExtraEntries), kMaxBytes);
  }
  slabs_.reserve_one();
  adopt_table(std::move(table), capacity);
  slabs_.add(std::move(slab));
}

inline Slab RawStackPool::detach(std::size_t n) {
  require_open();
  require_sound();
  shape().check_count("n", n);
  Slab slab = slabs_.detach_or_make(n);
  if (table_) {
    bottom_[capacity() + 1] = guard(); // the capacity may be less now
  }
  return slab;
}

inline void RawStackPool::adopt_table(EntryTable table, std::size_t capacity) noexcept {
  const std::size_t free = stacked();
  std::copy_n(bottom_, free + 1, bottom_of(table));
  bottom_of(table)[capacity + 1] = guard();
  bottom_ = bottom_of(table);
  top_ = bottom_ + free;
  if (n_leases_ == 0) {
    retired_.clear();
  } else {
    retired_.push_back(std::move(table_));
  }
  table_ = std::move(table);
}

inline void RawStackPool::preallocate(std::size_t n) {
  require_open();
  require_sound();
  shape().check_count("n", n);
  if (n > available()) {
    const std::size_t missing = n - available();
    shape().check_count("n", capacity() + missing);
    add_slab(missing);
  }
  touch(n);
}

// Touches the n slots that will be handed out next, and the part of the stack they will return to.
inline void RawStackPool::touch(std::size_t n) noexcept {
  const std::size_t from_stack = std::min(n, stacked());
  for (std::size_t i = 0; i < from_stack; ++i) {
    touch_slot(*(top_ - i), shape());
  }
  slabs_.touch_fresh(n - from_stack);
  if (n != 0) {
    constexpr std::size_t entries_per_page = 4096 / sizeof(void *);
    Slot *volatile *entries = bottom_;
    for (std::size_t i = 0; i < capacity(); i += entries_per_page) {
      entries[i] = entries[i];
    }
  }
}

// How many slots of each slab lie on the stack.
inline std::vector<std::size_t> RawStackPool::count_free() const {
  std::vector<std::size_t> n_free = slabs_.make_counts();
  for (Slot **entry = bottom_ + 1; entry <= top_; ++entry) {
    ++n_free[slabs_.slab_of(*entry)];
  }
  SlabSet::require_no_strangers(n_free);
  return n_free;
}

inline std::size_t RawStackPool::purge() {
  const std::size_t before = stats().bytes;
  require_no_lease("purge()");
  const std::vector<std::size_t> n_free = count_free();
  Slot **end = std::remove_if(bottom_ + 1, top_ + 1, [&](const void *slot) {
    return slabs_.is_unused(slabs_.slab_of(slot), n_free);
  });
  slabs_.release(n_free);
  top_ = end - 1;
  if (capacity() == 0) {
    bottom_ = top_ = empty_stack();
    table_ = {};
  } else if (EntryTable smaller = room_for(capacity())) {
    adopt_table(std::move(smaller), capacity());
  } else {
    bottom_[capacity() + 1] = guard();
  }
  return before - stats().bytes;
}

inline void RawStackPool::close() {
  const bool sound = is_sound();
  const std::size_t stacked_slots = stacked();
  const std::size_t handed_out_slots = slabs_.handed_out();
  static_cast<void>(RawStackPool(std::move(*this)));
  if (!sound) {
    throw CorruptionError("more slots were deallocated than allocated before close(): " +
                          std::to_string(stacked_slots) + " on the free stack, " +
                          std::to_string(handed_out_slots) + " ever handed out");
  }
}

inline PoolStats RawStackPool::stats() const {
  require_open();
  require_sound();
  return {
      .capacity = capacity(),
      .available = available(),
      .live = live(),
      .high_water = slabs_.high_water(),
      .slabs = slabs().size(),
      .bytes = slabs_.bytes() + table_.bytes(),
  };
}

} // namespace vmperf::pool
