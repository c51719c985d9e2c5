// The core of StackPool, for slots whose size is known at run time: allocate() and deallocate() do
// not depend on the size at all, so the typed pool and the Python class share this one
// implementation.
//
// Free slots lie on an array of pointers. bottom_[0] is null, so that an empty stack needs no
// compare of its own: a pop that reads null takes the slow path.
//
//   table_   [ - | null | p | q | r | ? | ? | guard ]     ? : stale or never written
//            bottom_ ^        top_ ^                      room for `capacity` pointers, always
//
// A slot is handed out for the first time by the slow path, in address order, and only while the
// stack is empty: see SlabSet. Hence handed_out - stacked is the number of live slots, and no
// operation counts anything.
//
// allocate, deallocate: O(1), at most 13 instructions for the pair, loop included. One thread.
// Source: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3 (arrays of free pointers).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/entries.hpp"
#include "vmperf/pool/lease.hpp"
#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/slab_set.hpp"

namespace vmperf::pool {

class RawStackPool {
  // What an entry of the table points to. A type of its own, so that the compiler knows that a
  // store to top_ changes no entry: a deallocation followed by an allocation then costs one store.
  struct Slot;

public:
  /// Where the stack stood: see rewind().
  struct Mark {
    std::size_t height;
    std::size_t handed_out;
  };

  /// InvalidArgumentError for a bad shape or capacity, CapacityError where memory is out.
  explicit RawStackPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : slabs_(SlotShape::checked(item_bytes, align)) {
    shape().check_count("capacity", capacity);
    if (capacity != 0) {
      add_slab(capacity);
    }
  }
  RawStackPool(const RawStackPool &) = delete;
  RawStackPool &operator=(const RawStackPool &) = delete;
  RawStackPool(RawStackPool &&other) noexcept : closed_(true), slabs_(other.shape()) {
    swap(other);
  }
  RawStackPool &operator=(RawStackPool &&other) noexcept {
    RawStackPool taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~RawStackPool() = default;

  /// An uninitialised slot; grows when none is left. CapacityError leaves the pool as it was.
  [[nodiscard, gnu::always_inline, gnu::returns_nonnull]] void *allocate() {
    Slot *const slot = *top_;
    --top_; // before the test, so that it replaces the store of a deallocation just before
    if (slot == nullptr) [[unlikely]] {
      return allocate_slowly();
    }
    unpoison(slot, shape().item_bytes);
    return slot;
  }

  /// Takes back a slot of this pool that is live; anything else, null too, is undefined
  /// (CheckedPool tests it).
  [[gnu::always_inline]] void deallocate(void *slot) noexcept {
    poison(slot, shape().slot_bytes);
    Slot **const entry = top_ + 1;
    *entry = static_cast<Slot *>(slot);
    top_ = entry;
    if (slot == nullptr) {
      // allocate() need not test what it is passed on in a register. After the stores: in front of
      // them it would keep a loop of deallocations from holding top_ in a register.
      __builtin_unreachable();
    }
  }

  /// Writes n slots to `out`, in the order of the stack, not of n calls of allocate(). All or
  /// nothing: CapacityError leaves the pool as it was. O(n), a copy where none is fresh.
  template <class T> [[gnu::always_inline]] void allocate_n(T **out, std::size_t n) {
    const std::span<void *const> row = take_row(n);
    copy_entries(as_memory(out), static_cast<const void *>(row.data()), n);
  }

  /// Hands n slots out and shows them where they lay, until the next operation on the pool: for an
  /// owner that must know which they are, whatever becomes of the caller's row. take_staged(n)
  /// undoes it. CapacityError leaves the pool as it was. O(1) where none is fresh.
  [[nodiscard, gnu::always_inline]] std::span<void *const> take_row(std::size_t n) {
    if (n > stacked()) [[unlikely]] {
      stack_fresh(n);
    }
    top_ -= n;
    unpoison_row(top_ + 1, n);
    return {reinterpret_cast<void *const *>(top_ + 1), n};
  }

  /// Takes n live slots back; anything else is undefined. A row that allocate_n() gave comes back
  /// in its order. O(n), a copy.
  template <class T>
  [[gnu::always_inline]] void deallocate_n(T *const *in, std::size_t n) noexcept {
    copy_entries(as_memory(top_ + 1), as_memory(in), n);
    poison_row(top_ + 1, n);
    top_ += n;
  }

  /// deallocate_n() in two steps, for an owner that tests what it was given: stage() copies the
  /// row, or as much of it as can be live, to where it will lie, and changes nothing else;
  /// take_staged() takes it back. O(n), O(1).
  template <class T>
  [[nodiscard]] std::span<void *const> stage(T *const *in, std::size_t n) noexcept {
    const std::size_t staged = std::min(n, capacity() - stacked());
    copy_entries(as_memory(top_ + 1), as_memory(in), staged);
    return {reinterpret_cast<void *const *>(top_ + 1), staged};
  }
  void take_staged(std::size_t n) noexcept {
    poison_row(top_ + 1, n);
    top_ += n;
  }

  /// A row of n slots that stays in the pool's table: see lease.hpp. CapacityError.
  [[nodiscard, gnu::always_inline]] Lease<void, RawStackPool> lease(std::size_t n) {
    return {*this, n};
  }

  /// The parts of a lease, for an owner that can't hold one. open_lease: CapacityError.
  [[nodiscard, gnu::always_inline]] LeaseBlock open_lease(std::size_t n) {
    if (n > stacked()) [[unlikely]] {
      stack_fresh(n);
    }
    top_ -= n;
    ++n_leases_;
    unpoison_row(top_ + 1, n);
    return {.below = as_memory(top_), .base = stacked(), .n = n};
  }
  [[gnu::always_inline]] void close_lease(LeaseBlock block) noexcept {
    if (as_memory(top_) != block.below) [[unlikely]] { // also where the table is another one by now
      close_lease_slowly(block);
      return;
    }
    --n_leases_;
    poison_row(top_ + 1, block.n);
    top_ += block.n;
  }
  [[gnu::always_inline]] void drop_lease(LeaseBlock block) noexcept { close_lease(block); }
  [[nodiscard]] std::size_t n_leases() const noexcept { return n_leases_; }
  /// Whether taking n slots back now would overwrite the row of the last lease.
  [[nodiscard]] bool would_overwrite(LeaseBlock last, std::size_t n) const noexcept {
    return last.n != 0 && last.below == as_memory(bottom_ + last.base) && stacked() + n > last.base;
  }

  [[nodiscard]] Mark mark() const noexcept {
    return {.height = stacked(), .handed_out = slabs_.handed_out()};
  }

  /// Takes back all that was allocated since mark(), in O(1). Nothing may have been deallocated
  /// since, no lease may be open. False, and nothing done, where the pool had to hand out a slot
  /// for the first time since then.
  [[nodiscard]] bool rewind(const Mark &mark) noexcept {
    if (mark.handed_out != slabs_.handed_out()) {
      return false;
    }
    poison_row(top_ + 1, mark.height - stacked());
    top_ = bottom_ + mark.height;
    return true;
  }

  /// Makes n slots available without growth and their pages resident. O(n).
  void preallocate(std::size_t n);

  /// Gives back every slab of which no slot is live; returns how many bytes. O(free slots).
  /// CorruptionError where a lease is open.
  std::size_t purge();

  /// Gives all memory back, live slots too; afterwards all but close() is refused.
  /// CorruptionError, after that, where more was deallocated than allocated.
  void close();

  /// A slab of n slots or more that the pool no longer knows: one of its own that is all fresh, or
  /// a new one. attach() adds it, as fresh slots. CapacityError; the pool stays as it was.
  [[nodiscard]] Slab detach(std::size_t n);
  void attach(Slab slab);

  /// Exact at any time; O(1). CorruptionError where more was deallocated than allocated.
  [[nodiscard]] PoolStats stats() const;

  [[nodiscard]] std::size_t capacity() const noexcept { return slabs_.capacity(); }
  [[nodiscard]] std::size_t available() const noexcept { return capacity() - live(); }
  [[nodiscard]] std::size_t live() const noexcept { return slabs_.handed_out() - stacked(); }
  /// How many slots lie on the free stack.
  [[nodiscard]] std::size_t stacked() const noexcept {
    return static_cast<std::size_t>(top_ - bottom_);
  }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  [[nodiscard]] const SlotShape &shape() const noexcept { return slabs_.shape(); }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return slabs_.slabs(); }
  /// Keeps the table of this moment readable, whatever becomes of the pool.
  [[nodiscard]] const std::shared_ptr<void> &table_owner() const noexcept { return table_.owner(); }
  /// Whether an address lies in one of the slabs; O(slabs).
  [[nodiscard]] bool contains(const void *p) const noexcept {
    return slabs_.slab_of(p) != slabs().size();
  }

private:
  // The stack of a pool without slabs: never written, as such a pool has no live slot to take back.
  // Before null there is, as in every table, an entry that top_ may point to for a moment.
  static inline Slot *const kEmpty[] = {nullptr, nullptr}; // NOLINT(modernize-avoid-c-arrays)
  static constexpr std::size_t kExtraEntries = 2;          // null, guard
  static constexpr std::uintptr_t kGuard = 0x5afe600dc0ffee00U;

  static Slot *guard() noexcept {
    return reinterpret_cast<Slot *>(kGuard); // NOLINT(performance-no-int-to-ptr): never followed
  }

  static Slot **empty_stack() noexcept { return const_cast<Slot **>(&kEmpty[1]); }
  static Slot **bottom_of(const EntryTable &table) noexcept {
    return static_cast<Slot **>(table.bottom());
  }
  [[nodiscard]] bool is_sound() const noexcept {
    return stacked() <= slabs_.handed_out() &&
           (!table_ || reinterpret_cast<std::uintptr_t>(bottom_[capacity() + 1]) == kGuard);
  }

  void poison_row([[maybe_unused]] Slot *const *row,
                  [[maybe_unused]] std::size_t n) const noexcept {
#ifdef VMPERF_POOL_POISONS
    std::for_each(row, row + n, [&](Slot *slot) { poison(slot, shape().slot_bytes); });
#endif
  }
  void unpoison_row([[maybe_unused]] Slot *const *row,
                    [[maybe_unused]] std::size_t n) const noexcept {
#ifdef VMPERF_POOL_POISONS
    std::for_each(row, row + n, [&](Slot *slot) { unpoison(slot, shape().item_bytes); });
#endif
  }

  // Kept out of the caller's loop, whose code would be laid out around it otherwise.
  [[nodiscard, gnu::cold, gnu::noinline, gnu::returns_nonnull]] void *allocate_slowly() {
    ++top_;
    return allocate_fresh();
  }
  [[gnu::cold, gnu::noinline]] void stack_fresh(std::size_t n) { put_fresh_on_stack(n); }
  [[gnu::cold, gnu::noinline]] void close_lease_slowly(LeaseBlock block) noexcept {
    move_back(block);
  }
  [[nodiscard]] void *allocate_fresh();
  void put_fresh_on_stack(std::size_t n);
  void move_back(LeaseBlock block) noexcept;
  void add_slab(std::size_t n_slots);
  void adopt_table(EntryTable table, std::size_t capacity) noexcept;
  [[nodiscard]] EntryTable room_for(std::size_t capacity);
  void touch(std::size_t n) noexcept;
  [[nodiscard]] std::vector<std::size_t> count_free() const;
  void require_open() const;
  void require_sound() const;
  void require_no_lease(const char *what) const;
  void swap(RawStackPool &other) noexcept;

  Slot **top_ = empty_stack(); // the last free slot's entry, or bottom_
  Slot **bottom_ = empty_stack();
  std::size_t n_leases_ = 0;
  bool closed_ = false;
  SlabSet slabs_;
  EntryTable table_;
  std::vector<EntryTable> retired_; // tables that a lease may still be read from
};

} // namespace vmperf::pool

#include "vmperf/pool/raw_stack_pool.inl"
