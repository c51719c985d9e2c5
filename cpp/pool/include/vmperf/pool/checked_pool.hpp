// CheckedPool<T>: StackPool that finds double frees and foreign, interior and misaligned pointers.
// The idea: one multiplication turns an address into a slot index, and one compare then tests both
// that it lies in the slab and that it lies on a slot's boundary. With slot_bytes = odd * 2^k the
// product of the offset with the inverse of `odd` modulo 2^64, rotated right by k, is below n_slots
// exactly for the multiples of slot_bytes in the slab. A byte per slot says whether it is live: it
// is written blindly at allocate, so that no operation waits for the one before (a bitmap's
// read-modify-write does).
//
//   offset * inverse, rotated by k:   0 .. n_slots-1 -> index of a slot
//                                     anything else  -> not a slot
//
// While a lease is open both go by the slow path, which refuses a deallocation that would overwrite
// the lease's row; without leases nothing is paid for them.
// allocate, deallocate: O(1) in the slab used last, else O(slabs). One thread.
// Source: Granlund and Montgomery, Division by Invariant Integers, PLDI 1994, section 9.
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/intrusive_pool.hpp"
#include "vmperf/pool/lease.hpp"
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

template <class Slots, class Base = RawStackPool> class BasicCheckedPool {
public:
  explicit BasicCheckedPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : pool_(item_bytes, align, capacity), slots_(pool_.shape().slot_bytes) {}
  BasicCheckedPool(const BasicCheckedPool &) = delete;
  BasicCheckedPool &operator=(const BasicCheckedPool &) = delete;
  BasicCheckedPool(BasicCheckedPool &&other) noexcept
      : here_(std::exchange(other.here_, {})), pool_(std::move(other.pool_)), slots_(other.slots_),
        maps_(std::exchange(other.maps_, {})), leases_(std::exchange(other.leases_, {})) {}
  BasicCheckedPool &operator=(BasicCheckedPool &&other) noexcept {
    here_ = std::exchange(other.here_, {});
    pool_ = std::move(other.pool_);
    slots_ = other.slots_;
    maps_ = std::exchange(other.maps_, {});
    leases_ = std::exchange(other.leases_, {});
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

  /// As RawStackPool's. `out` is written and never read: what another thread writes there while it
  /// is filled changes nothing but the row. O(n).
  template <class T> void allocate_n(T **out, std::size_t n);

  /// Takes a row back: CorruptionError names the first wrong pointer's index, and nothing is freed.
  /// What was tested is freed, whatever another thread writes to the row.
  template <class T> void deallocate_n(T *const *in, std::size_t n);

  /// As RawStackPool's; what would break the lease is a CorruptionError. Not for an intrusive pool.
  [[nodiscard]] Lease<void, BasicCheckedPool> lease(std::size_t n) {
    return Lease<void, BasicCheckedPool>(*this, n);
  }
  [[nodiscard]] LeaseBlock open_lease(std::size_t n)
    requires requires(Base pool) { pool.open_lease(n); };
  /// CorruptionError where a later lease is still open.
  void close_lease(LeaseBlock block);
  void drop_lease(LeaseBlock block) noexcept {
    if (is_innermost(block)) {
      end_innermost();
    }
  }
  [[nodiscard]] std::size_t n_leases() const noexcept { return leases_.size(); }
  [[nodiscard]] const auto &table_owner() const noexcept { return pool_.table_owner(); }

  void preallocate(std::size_t n) { pool_.preallocate(n); }
  std::size_t purge();
  void close() {
    here_ = {};
    maps_.clear();
    leases_.clear();
    pool_.close();
  }
  /// As RawStackPool's.
  [[nodiscard]] Slab detach(std::size_t n);
  void attach(Slab slab) { pool_.attach(std::move(slab)); }

  /// As RawStackPool's; the live map is among the bytes.
  [[nodiscard]] PoolStats stats() const {
    PoolStats stats = pool_.stats();
    for (const LiveMap &map : maps_) {
      stats.bytes += map.n_slots;
    }
    return stats;
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return pool_.capacity(); }
  [[nodiscard]] std::size_t available() const { return pool_.available(); }
  [[nodiscard]] std::size_t live() const { return pool_.live(); }
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
    require_open();
    const std::size_t index = require_live(slot, "");
    require_row_untouched(1);
    return index;
  }
  std::size_t move_to_slab_of(void *slot);
  std::size_t require_live(const void *slot, const std::string &where);
  // A private one, uninitialised: for a Base without a table of its own. CapacityError.
  static std::unique_ptr<void *[]> own_row(std::size_t n); // NOLINT(modernize-avoid-c-arrays)
  void mark_allocated(std::span<void *const> row);
  void mark_freed(std::span<void *const> row);
  void mark_live(std::span<void *const> row);
  static std::string in_row(std::size_t i) {
    return "index " + std::to_string(i) + " of the row: ";
  }
  LiveMap &map_of(const void *slot);
  // An open lease keeps every operation off the fast path.
  void move_to(LiveMap &map) noexcept {
    here_ = {
        .base = map.base, .n_slots = leases_.empty() ? map.n_slots : 0, .live = map.live.data()};
  }
  void drop_maps_of_others();
  void require_open() const;
  void require_row_untouched(std::size_t n) const;
  [[nodiscard]] bool is_innermost(LeaseBlock block) const noexcept {
    return !leases_.empty() && leases_.back().base == block.base && leases_.back().n == block.n;
  }
  void end_innermost() noexcept;
  [[nodiscard]] std::string fault_of(const void *slot) const;

  View here_; // the slab used last
  Base pool_;
  [[no_unique_address]] Slots slots_;
  std::vector<LiveMap> maps_;
  std::vector<LeaseBlock> leases_;
};

/// For slots whose size is known at run time.
using RawCheckedPool = BasicCheckedPool<AnySlots>;
/// The same over the intrusive layout: it has no leases.
using RawCheckedIntrusivePool = BasicCheckedPool<AnySlots, RawIntrusivePool>;

/// The typed face; see StackPool.
template <class T, std::size_t Align = alignof(T)> class CheckedPool {
public:
  using value_type = T;

  CheckedPool() : CheckedPool(0) {}
  [[nodiscard]] static CheckedPool with_capacity(std::size_t n) { return CheckedPool(n); }

  [[nodiscard, gnu::always_inline]] T *allocate() { return static_cast<T *>(raw_.allocate()); }
  [[gnu::always_inline]] void deallocate(T *object) { raw_.deallocate(object); }
  void allocate_n(T **out, std::size_t n) { raw_.allocate_n(out, n); }
  void deallocate_n(T *const *in, std::size_t n) { raw_.deallocate_n(in, n); }
  [[nodiscard]] auto lease(std::size_t n) { return Lease<T, Raw>(raw_, n); }

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

  using Raw = BasicCheckedPool<FixedSlots<kSlotBytes>>;

  Raw raw_;
};

} // namespace vmperf::pool

#include "vmperf/pool/checked_pool.inl"
