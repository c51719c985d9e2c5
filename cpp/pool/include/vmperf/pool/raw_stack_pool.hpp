// The core of StackPool, for slots whose size is known at run time: allocate() and deallocate() do
// not depend on the size at all, so the typed pool and the Python class share this one
// implementation.
//
// Free slots lie on an array of pointers. slots()[0] is null, so that an empty stack needs no
// compare of its own: a pop that reads null takes the slow path.
//
//   table_   [ - | null | p | q | r | ? | ? | guard ]     ? : stale or never written
//                             top_ ^                    room for `capacity` pointers, always
//   slabs_   [ used slots ....... | fresh_ ..... fresh_end_ ]  then slabs that are all fresh
//
// A slot is handed out for the first time by the slow path, in address order, and only while the
// stack is empty. Hence handed_out_ - stacked() is the number of live slots and the greatest
// handed_out_ is the exact high-water mark: no operation counts anything.
//
// allocate, deallocate: O(1), at most 13 instructions for the pair, loop included. One thread.
// Source: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3 (arrays of free pointers).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/slab.hpp"

namespace vmperf::pool {

class RawStackPool {
  // What an entry of the table points to. A type of its own, so that the compiler knows that a
  // store to top_ changes no entry: a deallocation followed by an allocation then costs one store.
  struct Slot;

public:
  /// Where the stack stood: see rewind().
  struct Mark {
    Slot **top;
    std::size_t handed_out;
  };

  /// InvalidArgumentError for a bad shape or capacity, CapacityError where memory is out.
  explicit RawStackPool(std::size_t item_bytes, std::size_t align, std::size_t capacity = 0)
      : shape_(SlotShape::checked(item_bytes, align)) {
    shape_.check_count("capacity", capacity);
    if (capacity != 0) {
      add_slab(capacity);
    }
  }
  RawStackPool(const RawStackPool &) = delete;
  RawStackPool &operator=(const RawStackPool &) = delete;
  RawStackPool(RawStackPool &&other) noexcept : closed_(true), shape_(other.shape_) { swap(other); }
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
    unpoison(slot, shape_.item_bytes);
    return slot;
  }

  /// Takes back a slot of this pool that is live; anything else is undefined (CheckedPool tests
  /// it).
  [[gnu::always_inline]] void deallocate(void *slot) noexcept {
    poison(slot, shape_.slot_bytes);
    Slot **const entry = top_ + 1;
    *entry = static_cast<Slot *>(slot);
    top_ = entry;
  }

  [[nodiscard]] Mark mark() const noexcept { return {.top = top_, .handed_out = handed_out_}; }

  /// Takes back all that was allocated since mark(), in O(1). Nothing may have been deallocated
  /// since. False, and nothing done, where the pool had to hand out a slot for the first time since
  /// then.
  [[nodiscard]] bool rewind(const Mark &mark) noexcept {
    if (mark.handed_out != handed_out_) {
      return false;
    }
#ifdef VMPERF_POOL_POISONS
    std::for_each(top_ + 1, mark.top + 1, [&](void *slot) { poison(slot, shape_.slot_bytes); });
#endif
    top_ = mark.top;
    return true;
  }

  /// Makes n slots available without growth and their pages resident. O(n).
  void preallocate(std::size_t n);

  /// Gives back every slab of which no slot is live; returns how many bytes. O(free slots).
  std::size_t purge();

  /// Gives all memory back, live slots too; afterwards all but close() is refused.
  /// CorruptionError, after that, where more was deallocated than allocated.
  void close();

  /// Exact at any time; O(1). CorruptionError where more was deallocated than allocated.
  [[nodiscard]] PoolStats stats() const;

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::size_t available() const noexcept { return capacity_ - live(); }
  [[nodiscard]] std::size_t live() const noexcept { return handed_out_ - stacked(); }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  [[nodiscard]] const SlotShape &shape() const noexcept { return shape_; }
  [[nodiscard]] std::span<const Slab> slabs() const noexcept { return slabs_; }
  /// Whether an address lies in one of the slabs; O(slabs).
  [[nodiscard]] bool contains(const void *p) const noexcept { return slab_of(p) != slabs_.size(); }

private:
  // The stack of a pool without slabs: never written, as such a pool has no live slot to take back.
  static inline Slot *const kEmpty[] = {nullptr, nullptr}; // NOLINT(modernize-avoid-c-arrays)
  // Before the slots one entry that top_ may point to for a moment, and null; after them the guard.
  static constexpr std::size_t kFirst = 1;
  static constexpr std::size_t kExtraEntries = 3;
  static constexpr std::uintptr_t kGuard = 0x5afe600dc0ffee00U;

  // Uninitialised, so that its pages stay untouched until slots return.
  using Table = std::unique_ptr<Slot *[]>; // NOLINT(modernize-avoid-c-arrays)
  static Table make_table(std::size_t capacity) noexcept {
    return Table(new (std::nothrow) Slot *[capacity + kExtraEntries]);
  }
  static Slot *guard() noexcept {
    return reinterpret_cast<Slot *>(kGuard); // NOLINT(performance-no-int-to-ptr): never followed
  }

  static Slot **empty_stack() noexcept { return const_cast<Slot **>(&kEmpty[kFirst]); }
  [[nodiscard]] Slot **slots() const noexcept {
    return table_ == nullptr ? empty_stack() : table_.get() + kFirst;
  }
  [[nodiscard]] std::size_t stacked() const noexcept {
    return static_cast<std::size_t>(top_ - slots());
  }
  [[nodiscard]] bool is_sound() const noexcept {
    return stacked() <= handed_out_ && (table_ == nullptr || reinterpret_cast<std::uintptr_t>(
                                                                 slots()[capacity_ + 1]) == kGuard);
  }

  // Kept out of the caller's loop, whose code would be laid out around it otherwise.
  [[nodiscard, gnu::cold, gnu::noinline, gnu::returns_nonnull]] void *allocate_slowly() {
    ++top_;
    return allocate_fresh();
  }
  [[nodiscard]] void *allocate_fresh();
  void add_slab(std::size_t n_slots);
  void open_slab();
  void adopt_table(Table table, std::size_t capacity) noexcept;
  void touch(std::size_t n) noexcept;
  void release(const std::vector<std::size_t> &n_free);
  [[nodiscard]] std::vector<std::size_t> count_free() const;
  [[nodiscard]] std::size_t slab_of(const void *p) const noexcept;
  [[nodiscard]] std::size_t used_slots(std::size_t slab) const noexcept;
  void require_open() const;
  void require_sound() const;
  void swap(RawStackPool &other) noexcept;

  Slot **top_ = empty_stack(); // the last free slot's entry, or slots()
  Table table_;
  std::byte *fresh_ = nullptr; // the next slot never handed out, in slab n_opened_ - 1
  std::byte *fresh_end_ = nullptr;
  std::size_t handed_out_ = 0; // slots of the present slabs that were handed out at least once
  std::size_t high_water_ = 0;
  std::size_t capacity_ = 0;
  std::size_t n_opened_ = 0; // slabs that fresh slots were taken from, or are
  bool closed_ = false;
  SlotShape shape_;
  std::vector<Slab> slabs_;
};

} // namespace vmperf::pool

#include "vmperf/pool/raw_stack_pool.inl"
