// CheckedPool<T>: StackPool that finds double frees and foreign, interior and misaligned pointers.
// The idea: one multiplication turns an address into a slot index, and one compare then tests both
// that it lies in the slab and that it lies on a slot's boundary. With slot_bytes = odd * 2^k the
// product of the offset with the inverse of `odd` modulo 2^64, rotated right by k, is below n_slots
// exactly for the multiples of slot_bytes in the slab. A byte per slot says whether it is live: it
// is written blindly at allocate, so that no operation waits for the one before (a bitmap's
// read-modify-write does).
//
//   offset * inverse, rotated by k:   0 .. n_slots-1  -> index of a slot     anything else -> not a
//   slot
//
// allocate, deallocate: O(1) in the slab used last, else O(slabs). One thread.
// Source: Granlund and Montgomery, Division by Invariant Integers, PLDI 1994, section 9.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"

namespace vmperf::pool {

// The inverse of an odd number modulo 2^64 by Newton's iteration: each step doubles the right bits.
constexpr std::uint64_t inverse_of(std::uint64_t odd) noexcept {
  std::uint64_t inverse = odd; // right in the lowest 3 bits
  for (int bits = 3; bits < 64; bits *= 2) {
    inverse *= 2 - odd * inverse;
  }
  return inverse;
}

/// From an offset to a slot's index, for a slot size known at run time.
class AnySlots {
public:
  explicit constexpr AnySlots(std::size_t slot_bytes) noexcept
      : inverse_(inverse_of(slot_bytes >> static_cast<unsigned>(std::countr_zero(slot_bytes)))),
        shift_(std::countr_zero(slot_bytes)) {}

  [[nodiscard]] constexpr std::size_t index(std::uintptr_t offset) const noexcept {
    return std::rotr(offset * inverse_, shift_);
  }

private:
  std::uint64_t inverse_;
  int shift_;
};

/// The same for a size known at compile time: a quarter faster, as nothing is loaded.
template <std::size_t SlotBytes> class FixedSlots {
public:
  explicit constexpr FixedSlots([[maybe_unused]] std::size_t slot_bytes) noexcept {
    assert(slot_bytes == SlotBytes);
  }

  [[nodiscard]] constexpr std::size_t index(std::uintptr_t offset) const noexcept {
    return AnySlots(SlotBytes).index(offset);
  }
};

template <class Slots> class BasicCheckedPool {
public:
  explicit BasicCheckedPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : pool_(item_bytes, align, capacity), slots_(pool_.shape().slot_bytes) {}
  BasicCheckedPool(const BasicCheckedPool &) = delete;
  BasicCheckedPool &operator=(const BasicCheckedPool &) = delete;
  BasicCheckedPool(BasicCheckedPool &&other) noexcept
      : here_(std::exchange(other.here_, {})), pool_(std::move(other.pool_)), slots_(other.slots_),
        maps_(std::exchange(other.maps_, {})) {}
  BasicCheckedPool &operator=(BasicCheckedPool &&other) noexcept {
    here_ = std::exchange(other.here_, {});
    pool_ = std::move(other.pool_);
    slots_ = other.slots_;
    maps_ = std::exchange(other.maps_, {});
    return *this;
  }
  ~BasicCheckedPool() = default;

  [[nodiscard, gnu::always_inline]] void *allocate() {
    void *slot = pool_.allocate();
    std::size_t index = index_in(here_, slot);
    if (index >= here_.n_slots) [[unlikely]] {
      index = allocated_elsewhere(slot);
    }
    here_.live[index] = 1;
    return slot;
  }

  /// CorruptionError where `slot` isn't a live slot of this pool; the pool stays as it was.
  [[gnu::always_inline]] void deallocate(void *slot) {
    std::size_t index = index_in(here_, slot);
    if (index >= here_.n_slots || here_.live[index] == 0) [[unlikely]] {
      index = freed_elsewhere(slot);
    }
    here_.live[index] = 0;
    pool_.deallocate(slot);
  }

  void preallocate(std::size_t n) { pool_.preallocate(n); }

  std::size_t purge() {
    const std::size_t before = stats().bytes;
    pool_.purge();
    here_ = {};
    std::erase_if(maps_, [&](const LiveMap &map) {
      return std::none_of(slabs().begin(), slabs().end(),
                          [&](const Slab &slab) { return address(slab.base()) == map.base; });
    });
    return before - stats().bytes;
  }

  void close() {
    here_ = {};
    maps_.clear();
    pool_.close();
  }

  /// As RawStackPool's; the live map is among the bytes.
  [[nodiscard]] PoolStats stats() const {
    PoolStats stats = pool_.stats();
    for (const LiveMap &map : maps_) {
      stats.bytes += map.n_slots;
    }
    return stats;
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return pool_.capacity(); }
  [[nodiscard]] std::size_t available() const noexcept { return pool_.available(); }
  [[nodiscard]] std::size_t live() const noexcept { return pool_.live(); }
  [[nodiscard]] bool is_closed() const noexcept { return pool_.is_closed(); }
  [[nodiscard]] const SlotShape &shape() const noexcept { return pool_.shape(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return pool_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept { return pool_.contains(p); }

private:
  // What the fast path needs of a slab.
  struct View {
    std::uintptr_t base = 0;
    std::size_t n_slots = 0;
    unsigned char *live = nullptr;
  };
  struct LiveMap {
    std::uintptr_t base;
    std::size_t n_slots;
    std::vector<unsigned char> live;
  };

  static std::uintptr_t address(const void *p) noexcept {
    return reinterpret_cast<std::uintptr_t>(p);
  }

  template <class SlabLike>
  [[nodiscard]] std::size_t index_in(const SlabLike &slab, const void *p) const noexcept {
    return slots_.index(address(p) - slab.base);
  }

  // Kept out of the caller's loop.
  [[gnu::cold, gnu::noinline]] std::size_t allocated_elsewhere(void *slot) {
    return move_to_slab_of(slot);
  }
  [[gnu::cold, gnu::noinline]] std::size_t freed_elsewhere(const void *slot) {
    return find_live(slot);
  }
  std::size_t move_to_slab_of(void *slot);
  std::size_t find_live(const void *slot);
  [[noreturn]] void refuse(const void *slot) const;

  View here_; // the slab used last
  RawStackPool pool_;
  [[no_unique_address]] Slots slots_;
  std::vector<LiveMap> maps_;
};

/// For slots whose size is known at run time.
using RawCheckedPool = BasicCheckedPool<AnySlots>;

template <class Slots> std::size_t BasicCheckedPool<Slots>::move_to_slab_of(void *slot) {
  for (LiveMap &map : maps_) {
    if (const std::size_t index = index_in(map, slot); index < map.n_slots) {
      here_ = {.base = map.base, .n_slots = map.n_slots, .live = map.live.data()};
      return index;
    }
  }
  const auto slab = std::find_if(slabs().begin(), slabs().end(),
                                 [slot](const Slab &s) { return s.contains(slot); });
  const std::size_t n = slab->n_slots();
  try {
    maps_.push_back(
        {.base = address(slab->base()), .n_slots = n, .live = std::vector<unsigned char>(n)});
  } catch (const std::bad_alloc &) {
    pool_.deallocate(slot);
    throw CapacityError("no memory for the live map of the pool", n, kMaxBytes);
  }
  here_ = {.base = maps_.back().base, .n_slots = n, .live = maps_.back().live.data()};
  return index_in(here_, slot);
}

template <class Slots> std::size_t BasicCheckedPool<Slots>::find_live(const void *slot) {
  for (LiveMap &map : maps_) {
    const std::size_t index = index_in(map, slot);
    if (index < map.n_slots && map.live[index] != 0) {
      here_ = {.base = map.base, .n_slots = map.n_slots, .live = map.live.data()};
      return index;
    }
  }
  refuse(slot);
}

template <class Slots> void BasicCheckedPool<Slots>::refuse(const void *slot) const {
  if (is_closed()) {
    throw InvalidArgumentError("pool", "closed", "a pool that was neither closed nor moved from");
  }
  const std::string what = std::to_string(address(slot));
  for (const Slab &slab : slabs()) {
    if (!slab.contains(slot)) {
      continue;
    }
    const std::size_t past = (address(slot) - address(slab.base())) % shape().slot_bytes;
    if (past == 0) {
      throw CorruptionError("double free: slot " + what + " of this pool is not live");
    }
    const bool aligned = address(slot) % shape().align == 0;
    throw CorruptionError(std::string(aligned ? "interior" : "misaligned") + " pointer: " + what +
                          " lies " + std::to_string(past) +
                          " bytes past the start of a slot; pass " + "what allocate() returned");
  }
  throw CorruptionError("foreign pointer: " + what + " is in none of this pool's slabs");
}

/// The typed face; see StackPool.
template <class T, std::size_t Align = alignof(T)> class CheckedPool {
public:
  using value_type = T;

  CheckedPool() : CheckedPool(0) {}
  [[nodiscard]] static CheckedPool with_capacity(std::size_t n) { return CheckedPool(n); }

  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }
  [[gnu::always_inline]] void deallocate(T *object) { raw_.deallocate(object); }

  void preallocate(std::size_t n) { raw_.preallocate(n); }
  std::size_t purge() { return raw_.purge(); }
  void close() { raw_.close(); }
  [[nodiscard]] PoolStats stats() const { return raw_.stats(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return raw_.capacity(); }
  [[nodiscard]] std::size_t available() const noexcept { return raw_.available(); }
  [[nodiscard]] std::size_t live() const noexcept { return raw_.live(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return raw_.slabs(); }
  [[nodiscard]] bool contains(const void *p) const noexcept { return raw_.contains(p); }

private:
  explicit CheckedPool(std::size_t capacity)
      : raw_(sizeof(T), std::max(Align, alignof(T)), capacity) {}

  static constexpr std::size_t kSlotBytes = align_up(sizeof(T), std::max(Align, alignof(T)));

  BasicCheckedPool<FixedSlots<kSlotBytes>> raw_;
};

} // namespace vmperf::pool
