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
        " on the free stack, " + std::to_string(handed_out_) +
        " ever handed out; find it with CheckedPool");
  }
}

inline void RawStackPool::swap(RawStackPool &other) noexcept {
  std::swap(top_, other.top_);
  std::swap(table_, other.table_);
  std::swap(fresh_, other.fresh_);
  std::swap(fresh_end_, other.fresh_end_);
  std::swap(handed_out_, other.handed_out_);
  std::swap(high_water_, other.high_water_);
  std::swap(capacity_, other.capacity_);
  std::swap(n_opened_, other.n_opened_);
  std::swap(closed_, other.closed_);
  std::swap(shape_, other.shape_);
  std::swap(slabs_, other.slabs_);
}

inline void *RawStackPool::allocate_fresh() {
  require_open();
  if (top_ != slots()) {
    throw CorruptionError("a null pointer was deallocated: it lies on the free stack");
  }
  if (fresh_ == fresh_end_) {
    open_slab();
  }
  void *slot = fresh_;
  fresh_ += shape_.slot_bytes;
  high_water_ = std::max(high_water_, ++handed_out_);
  unpoison(slot, shape_.item_bytes);
  return slot;
}

inline void RawStackPool::open_slab() {
  if (n_opened_ == slabs_.size()) {
    constexpr std::size_t first_bytes = 4096;
    const std::size_t least = std::max<std::size_t>(8, first_bytes / shape_.slot_bytes);
    const std::size_t n = std::max(capacity_, least);
    if (n > shape_.max_slots() - capacity_) {
      throw CapacityError("the pool cannot double again", kMaxBytes, kMaxBytes);
    }
    add_slab(n);
  }
  fresh_ = slabs_[n_opened_].base();
  fresh_end_ = slabs_[n_opened_].end();
  ++n_opened_;
}

// Everything that can fail comes first: the pool is changed wholly or not at all.
inline void RawStackPool::add_slab(std::size_t n_slots) {
  const std::size_t capacity = capacity_ + n_slots;
  Table table = make_table(capacity);
  if (table == nullptr) {
    throw CapacityError("no memory for the free stack of the pool",
                        (capacity + kExtraEntries) * sizeof(void *), kMaxBytes);
  }
  Slab slab(shape_, n_slots);
  try {
    slabs_.reserve(slabs_.size() + 1);
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory for the pool's list of slabs",
                        (slabs_.size() + 1) * sizeof(Slab), kMaxBytes);
  }
  slabs_.push_back(std::move(slab));
  adopt_table(std::move(table), capacity);
}

inline void RawStackPool::adopt_table(Table table, std::size_t capacity) noexcept {
  const std::size_t free = stacked();
  table[0] = nullptr;
  std::copy_n(slots(), free + 1, table.get() + kFirst);
  table[kFirst + capacity + 1] = guard();
  top_ = table.get() + kFirst + free;
  table_ = std::move(table);
  capacity_ = capacity;
}

inline void RawStackPool::preallocate(std::size_t n) {
  require_open();
  require_sound();
  shape_.check_count("n", n);
  if (n > available()) {
    const std::size_t missing = n - available();
    shape_.check_count("n", capacity_ + missing);
    add_slab(missing);
  }
  touch(n);
}

// Touches the n slots that will be handed out next, and the part of the stack they will return to.
inline void RawStackPool::touch(std::size_t n) noexcept {
  const std::size_t from_stack = std::min(n, stacked());
  for (std::size_t i = 0; i < from_stack; ++i) {
    touch_slot(*(top_ - i), shape_);
  }
  std::size_t left = n - from_stack;
  std::byte *next = fresh_;
  const std::byte *end = fresh_end_;
  for (std::size_t slab = n_opened_; left != 0; --left, next += shape_.slot_bytes) {
    if (next == end) {
      next = slabs_[slab].base();
      end = slabs_[slab++].end();
    }
    touch_slot(next, shape_);
  }
  if (n != 0) {
    constexpr std::size_t entries_per_page = 4096 / sizeof(void *);
    Slot *volatile *entries = table_.get();
    for (std::size_t i = 0; i < capacity_; i += entries_per_page) {
      entries[i] = entries[i];
    }
  }
}

inline std::size_t RawStackPool::slab_of(const void *p) const noexcept {
  std::size_t i = 0;
  while (i < slabs_.size() && !slabs_[i].contains(p)) {
    ++i;
  }
  return i;
}

inline std::size_t RawStackPool::used_slots(std::size_t slab) const noexcept {
  if (slab >= n_opened_) {
    return 0;
  }
  const Slab &s = slabs_[slab];
  const bool half_fresh = slab + 1 == n_opened_ && fresh_ != fresh_end_;
  return half_fresh ? static_cast<std::size_t>(fresh_ - s.base()) / shape_.slot_bytes : s.n_slots();
}

// How many slots of each slab lie on the stack.
inline std::vector<std::size_t> RawStackPool::count_free() const {
  std::vector<std::size_t> n_free;
  try {
    n_free.resize(slabs_.size() + 1); // the last one counts strangers
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory to purge with", (slabs_.size() + 1) * sizeof(std::size_t),
                        kMaxBytes);
  }
  for (Slot **entry = slots() + 1; entry <= top_; ++entry) {
    ++n_free[slab_of(*entry)];
  }
  if (n_free.back() != 0) {
    throw CorruptionError(std::to_string(n_free.back()) +
                          " addresses on the free stack are not from this pool");
  }
  return n_free;
}

inline std::size_t RawStackPool::purge() {
  const std::size_t before = stats().bytes;
  release(count_free());
  if (capacity_ == 0) {
    top_ = empty_stack();
    table_.reset();
  } else {
    Table smaller = make_table(capacity_);
    if (smaller != nullptr) {
      adopt_table(std::move(smaller), capacity_);
    } else {
      slots()[capacity_ + 1] = guard();
    }
  }
  return before - stats().bytes;
}

// Drops the slabs whose used slots are all free, and their entries; the order of the others stays.
inline void RawStackPool::release(const std::vector<std::size_t> &n_free) {
  const auto goes = [&](std::size_t slab) { return n_free[slab] == used_slots(slab); };
  Slot **end =
      std::remove_if(slots() + 1, top_ + 1, [&](const void *p) { return goes(slab_of(p)); });
  std::size_t capacity = 0;
  std::size_t handed_out = 0;
  std::size_t n_opened = 0;
  std::size_t kept = 0;
  bool fresh_kept = false;
  for (std::size_t i = 0; i < slabs_.size(); ++i) {
    if (goes(i)) {
      continue;
    }
    capacity += slabs_[i].n_slots();
    handed_out += used_slots(i);
    n_opened += i < n_opened_ ? 1U : 0U;
    fresh_kept = fresh_kept || i + 1 == n_opened_;
    slabs_[kept++] = std::move(slabs_[i]);
  }
  slabs_.erase(slabs_.begin() + static_cast<std::ptrdiff_t>(kept), slabs_.end());
  top_ = end - 1;
  capacity_ = capacity;
  handed_out_ = handed_out;
  n_opened_ = n_opened;
  if (!fresh_kept) {
    fresh_ = fresh_end_ = nullptr;
  }
}

inline void RawStackPool::close() {
  const bool sound = is_sound();
  const std::size_t stacked_slots = stacked();
  const std::size_t handed_out_slots = handed_out_;
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
  const std::size_t tables = table_ == nullptr ? 0 : (capacity_ + kExtraEntries) * sizeof(void *);
  return {
      .capacity = capacity_,
      .available = available(),
      .live = live(),
      .high_water = high_water_,
      .slabs = slabs_.size(),
      .bytes = capacity_ * shape_.slot_bytes + tables,
  };
}

} // namespace vmperf::pool
