// The slabs of a pool and its cursor over slots that were never handed out. Shared by the layouts:
// they differ only in how they keep slots that came back.
//
//   slabs   [ used slots ....... | fresh_ ..... fresh_end_ ]  then slabs that are all fresh
//
// A pool takes a fresh slot only while no returned one is left. Hence the greatest number of slots
// handed out is the exact high-water mark of live ones, though no operation counts anything.
// take_fresh() is O(1); whatever adds or drops slabs is O(slabs). One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "vmperf/pool/slab.hpp"

namespace vmperf::pool {

class SlabSet {
public:
  explicit SlabSet(const SlotShape &shape) noexcept : shape_(shape) {}

  [[nodiscard]] const SlotShape &shape() const noexcept { return shape_; }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return slabs_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// Slots of the present slabs that were handed out at least once.
  [[nodiscard]] std::size_t handed_out() const noexcept { return handed_out_; }
  [[nodiscard]] std::size_t high_water() const noexcept { return high_water_; }
  [[nodiscard]] std::size_t n_fresh() const noexcept { return capacity_ - handed_out_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return capacity_ * shape_.slot_bytes; }

  /// The index of the slab that an address lies in, or how many slabs there are.
  [[nodiscard]] std::size_t slab_of(const void *p) const noexcept {
    std::size_t i = 0;
    while (i < slabs_.size() && !slabs_[i].contains(p)) {
      ++i;
    }
    return i;
  }

  /// The next slot in address order, while n_fresh() is not 0; no returned slot may be left.
  [[nodiscard]] void *take_fresh() noexcept {
    if (fresh_ == fresh_end_) {
      fresh_ = slabs_[n_opened_].base();
      fresh_end_ = slabs_[n_opened_].end();
      ++n_opened_;
    }
    void *slot = fresh_;
    fresh_ += shape_.slot_bytes;
    high_water_ = std::max(high_water_, ++handed_out_);
    return slot;
  }

  /// Slots of the slab to add where `missing` are wanted: the capacity doubles at least.
  [[nodiscard]] std::size_t growth(std::size_t missing) const {
    return shape_.growth(capacity_, missing);
  }

  /// Room for one more slab, so that add() can't fail. CapacityError.
  void reserve_one();
  void add(Slab slab) noexcept;

  /// A slab of n slots or more that is not in the set: one taken out that is all fresh, or a new
  /// one. CapacityError.
  [[nodiscard]] Slab detach_or_make(std::size_t n_slots);

  /// A byte of each page of the next n fresh slots is written.
  void touch_fresh(std::size_t n) noexcept;

  /// Slots of a slab that were handed out at least once.
  [[nodiscard]] std::size_t used_slots(std::size_t slab) const noexcept;

  /// Room to count free slots by slab; the last place counts strangers. CapacityError.
  [[nodiscard]] std::vector<std::size_t> make_counts() const;
  /// CorruptionError where strangers were counted.
  static void require_no_strangers(const std::vector<std::size_t> &n_free);
  /// Whether no slot of the slab is live.
  [[nodiscard]] bool is_unused(std::size_t slab, const std::vector<std::size_t> &n_free) const {
    return n_free[slab] == used_slots(slab);
  }
  /// Drops the slabs of which no slot is live.
  void release(const std::vector<std::size_t> &n_free);

  void swap(SlabSet &other) noexcept;

private:
  std::byte *fresh_ = nullptr; // the next slot never handed out, in slab n_opened_ - 1
  std::byte *fresh_end_ = nullptr;
  std::size_t handed_out_ = 0;
  std::size_t high_water_ = 0;
  std::size_t capacity_ = 0;
  std::size_t n_opened_ = 0; // slabs that fresh slots were taken from, or are
  SlotShape shape_;
  std::vector<Slab> slabs_;
};

} // namespace vmperf::pool

#include "vmperf/pool/slab_set.inl"
