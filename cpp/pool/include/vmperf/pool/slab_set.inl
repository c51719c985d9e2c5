// The cold parts of SlabSet. In a header, so that a client of the pools links to nothing.
#pragma once

namespace vmperf::pool {

inline void SlabSet::reserve_one() {
  try {
    slabs_.reserve(slabs_.size() + 1);
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory for the pool's list of slabs",
                        (slabs_.size() + 1) * sizeof(Slab), kMaxBytes);
  }
}

inline void SlabSet::add(Slab slab) noexcept {
  capacity_ += slab.n_slots();
  slabs_.push_back(std::move(slab));
}

inline Slab SlabSet::detach_or_make(std::size_t n_slots) {
  const auto first = slabs_.begin() + static_cast<std::ptrdiff_t>(n_opened_);
  const auto found = std::find_if(first, slabs_.end(),
                                  [&](const Slab &slab) { return slab.n_slots() >= n_slots; });
  if (found == slabs_.end()) {
    return {shape_, n_slots};
  }
  Slab taken = std::move(*found);
  capacity_ -= taken.n_slots();
  slabs_.erase(found);
  return taken;
}

inline void SlabSet::touch_fresh(std::size_t n) noexcept {
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

inline std::size_t SlabSet::used_slots(std::size_t slab) const noexcept {
  if (slab >= n_opened_) {
    return 0;
  }
  const Slab &s = slabs_[slab];
  const bool half_fresh = slab + 1 == n_opened_ && fresh_ != fresh_end_;
  return half_fresh ? static_cast<std::size_t>(fresh_ - s.base()) / shape_.slot_bytes : s.n_slots();
}

inline std::vector<std::size_t> SlabSet::make_counts() const {
  std::vector<std::size_t> n_free;
  try {
    n_free.resize(slabs_.size() + 1);
  } catch (const std::bad_alloc &) {
    throw CapacityError("no memory to purge with", (slabs_.size() + 1) * sizeof(std::size_t),
                        kMaxBytes);
  }
  return n_free;
}

inline void SlabSet::require_no_strangers(const std::vector<std::size_t> &n_free) {
  if (n_free.back() != 0) {
    throw CorruptionError(std::to_string(n_free.back()) +
                          " addresses on the free list are not from this pool");
  }
}

inline void SlabSet::release(const std::vector<std::size_t> &n_free) {
  std::size_t capacity = 0;
  std::size_t handed_out = 0;
  std::size_t n_opened = 0;
  std::size_t kept = 0;
  bool fresh_kept = false;
  for (std::size_t i = 0; i < slabs_.size(); ++i) {
    if (is_unused(i, n_free)) {
      continue;
    }
    capacity += slabs_[i].n_slots();
    handed_out += used_slots(i);
    n_opened += i < n_opened_ ? 1U : 0U;
    fresh_kept = fresh_kept || i + 1 == n_opened_;
    std::swap(slabs_[kept++], slabs_[i]); // its old place was looked at already
  }
  slabs_.erase(slabs_.begin() + static_cast<std::ptrdiff_t>(kept), slabs_.end());
  capacity_ = capacity;
  handed_out_ = handed_out;
  n_opened_ = n_opened;
  if (!fresh_kept) {
    fresh_ = fresh_end_ = nullptr;
  }
}

inline void SlabSet::swap(SlabSet &other) noexcept {
  std::swap(fresh_, other.fresh_);
  std::swap(fresh_end_, other.fresh_end_);
  std::swap(handed_out_, other.handed_out_);
  std::swap(high_water_, other.high_water_);
  std::swap(capacity_, other.capacity_);
  std::swap(n_opened_, other.n_opened_);
  std::swap(shape_, other.shape_);
  slabs_.swap(other.slabs_);
}

} // namespace vmperf::pool
