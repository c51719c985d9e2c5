// What the inlined path of Allocator sees: a thread's heap of one allocator, found through ONE
// pointer in thread-local storage.
//
//   t_record -> fast[ allocator's place ] -> HeapFront { base, table, owner, magazines[class] }
//
//   magazine   [ null | p | q | r | ? | ? ]    null ends it: a pop tests the value it loaded anyway
//                               ^ top     ^ limit
//   table      owner << 12 | class << 4, one word for each unit of 64 KiB: whose the block is, and
//              where its magazine lies, in one load; owner 0: no block begins here
//
// A thread without a heap, one at its end and every thread of a checked allocator have kEmptyFront
// there, which owns nothing: its magazines are empty and full at once, so that all take the slow
// path without a test of their own. Magazines are their thread's alone; words of the table are
// written by the owner of the unit. Pop and push O(1).
// Sources: Bonwick and Adams, Magazines and Vmem, USENIX 2001, section 3; Drepper, ELF Handling For
// Thread-Local Storage, section 4.1 (initial-exec).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vmperf/alloc/size_classes.hpp"

namespace vmperf::alloc {

struct Magazine {
  void **top;   ///< the entry on top; null where it is empty
  void **limit; ///< where top is when it is full
};
static_assert(sizeof(Magazine) == 16); // of a fine class, at (size - 1) & ~15

using TableWord = std::atomic<std::uint32_t>;

inline constexpr unsigned kMagazineShift = 4; ///< of sizeof(Magazine)
inline constexpr unsigned kOwnerShift = 12;
inline constexpr std::uint32_t kOwnerMask = ~std::uint32_t{0} << kOwnerShift;
[[nodiscard]] constexpr std::uint32_t owner_in(std::uint32_t word) noexcept {
  return word >> kOwnerShift;
}
/// Of a word with an owner; of one without it is 0.
[[nodiscard]] constexpr std::uint32_t class_in(std::uint32_t word) noexcept {
  return (word & ~kOwnerMask) >> kMagazineShift;
}
[[nodiscard]] constexpr std::uint32_t class_bits(unsigned size_class) noexcept {
  return size_class << kMagazineShift;
}

/// So many allocators at a time.
inline constexpr std::size_t kMostAllocators = 64;

struct HeapFront {
  std::uintptr_t first_unit = 0; ///< address of the arena / 64 KiB
  std::uintptr_t n_units = 0;    ///< of it
  std::uintptr_t table = 0;      ///< where the word of address 0 would be
  std::uint32_t owner = 0;       ///< this heap's, << kOwnerShift
  std::array<Magazine, kClasses> magazines{};

  /// Empty and full at once; `nothing` is null and stays so.
  constexpr explicit HeapFront(void **nothing) noexcept {
    for (Magazine &magazine : magazines) {
      magazine = {.top = nothing, .limit = nothing};
    }
  }

  [[nodiscard, gnu::always_inline]] void *pop(unsigned size_class) noexcept {
    Magazine &magazine = magazines[size_class];
    void **top = magazine.top;
    void *block = *top;
    if (block != nullptr) [[likely]] {
      magazine.top = top - 1;
    }
    return block;
  }

  /// False where the block is not this heap's or the magazine is full. Where the store of a free
  /// goes hangs on the block's address, and a following pop waits for it: so the table is indexed
  /// by the address as it is, and its word holds the magazine's offset.
  [[nodiscard, gnu::always_inline]] bool push(void *block) noexcept {
    const std::uintptr_t unit = unit_of(block);
    if (unit - first_unit >= n_units) [[unlikely]] {
      return false;
    }
    const std::uint32_t offset = word_of(unit) - owner;
    if (offset >= sizeof(magazines)) [[unlikely]] {
      return false;
    }
    return put(
        *reinterpret_cast<Magazine *>(reinterpret_cast<std::byte *>(magazines.data()) + offset),
        block);
  }

  /// The same for a block whose class is known; false where it is of another, too.
  [[nodiscard, gnu::always_inline]] bool push_of(void *block, unsigned size_class) noexcept {
    const std::uintptr_t unit = unit_of(block);
    if (unit - first_unit >= n_units || word_of(unit) != owner + class_bits(size_class))
        [[unlikely]] {
      return false;
    }
    return put(magazines[size_class], block);
  }

protected:
  [[nodiscard, gnu::always_inline]] static std::uintptr_t unit_of(const void *block) noexcept {
    return reinterpret_cast<std::uintptr_t>(block) >> kUnitShift;
  }
  /// Of a unit of the arena, by its address.
  [[nodiscard, gnu::always_inline]] std::uint32_t word_of(std::uintptr_t unit) const noexcept {
    // An integer: the word of address 0 lies far before the array, where no pointer may point.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return reinterpret_cast<const TableWord *>(table + unit * sizeof(TableWord))
        ->load(std::memory_order_relaxed);
  }

private:
  [[nodiscard, gnu::always_inline]] static bool put(Magazine &magazine, void *block) noexcept {
    void **top = magazine.top;
    if (top == magazine.limit) [[unlikely]] {
      return false;
    }
    top[1] = block;
    magazine.top = top + 1;
    return true;
  }
};

struct ThreadRecord {
  std::array<HeapFront *, kMostAllocators> fast{};
  std::array<HeapFront *, kMostAllocators> real{}; ///< also of checked allocators; null: none yet
  ThreadRecord *next = nullptr;

  constexpr explicit ThreadRecord(HeapFront *empty) noexcept {
    for (HeapFront *&front : fast) {
      front = empty;
    }
  }
};

extern constinit HeapFront kEmptyFront;    ///< never written
extern constinit ThreadRecord kNoRecord;   ///< of a thread that has allocated nothing yet
extern constinit ThreadRecord kPastRecord; ///< of a thread at its end

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a thread's own
[[gnu::tls_model("initial-exec")]] inline constinit thread_local ThreadRecord *t_record =
    &kNoRecord;

} // namespace vmperf::alloc
