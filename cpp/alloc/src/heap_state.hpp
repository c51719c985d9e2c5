// A heap: what one thread has of an allocator. HeapFront is its inlined part; behind it stand the
// slabs with free bits of every class, what others freed for it and what it freed for others.
// Heaps outlive their threads: the next thread that comes takes over a parked one, slabs and all,
// so that no block ever changes its owner.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "slab.hpp"
#include "vmperf/alloc/heap.hpp"

namespace vmperf::alloc {

/// The most entries of a class's magazine: 1023 up to 256 bytes (2.2 MB of blocks, if a thread has
/// filled all), then 128 KiB of blocks; of spans few, and none above 2 MiB, which go through the
/// page heap each. A program whose live set swings by less than that never comes to the bitmaps.
constexpr std::uint32_t most_entries(unsigned size_class) noexcept {
  constexpr std::size_t kKib = 1024;
  const std::size_t bytes = class_bytes(size_class);
  if (size_class < kSlabClasses) {
    const std::size_t n = (bytes <= 256 ? 256 : 128) * kKib / bytes;
    return static_cast<std::uint32_t>(n > 1023 ? 1023 : n);
  }
  if (bytes <= 128 * kKib) {
    return 8;
  }
  if (bytes <= 512 * kKib) {
    return 4;
  }
  return bytes <= 2048 * kKib ? 2 : 0;
}

inline constexpr std::array<std::uint32_t, kClasses + 1> kEntryOffsets = [] {
  std::array<std::uint32_t, kClasses + 1> offsets{};
  for (unsigned i = 0; i < kClasses; ++i) {
    offsets[i + 1] = offsets[i] + most_entries(i) + 1; // and the null below them
  }
  return offsets;
}();

struct HeapClass {
  std::uint32_t head = 0, tail = 0; // slabs with free bits; unit 0 ends
  std::uint32_t limit = 0;          // of the magazine now: grows with use
};

/// What a sender holds back, to return many blocks of a word at once.
struct Coalescer {
  static constexpr unsigned kSlots = 64;
  static constexpr std::uint32_t kMostHeld = 1024; ///< frees until all is sent
  struct Slot {
    std::uint32_t key; // unit * 64 + word
    std::uint64_t mask;
  };

  [[nodiscard]] Slot &slot_of(std::uint32_t key) noexcept {
    return slots[(key ^ (key >> 6U)) % kSlots];
  }
  /// False where another word has the slot, or all is to be sent.
  [[nodiscard]] bool collect(std::uint32_t key, std::uint32_t bit) noexcept {
    Slot &slot = slot_of(key);
    if ((slot.key != key && slot.mask != 0) || count >= kMostHeld) [[unlikely]] {
      return false;
    }
    slot.key = key;
    slot.mask |= std::uint64_t{1} << bit;
    ++count;
    return true;
  }

  std::array<Slot, kSlots> slots{};
  std::uint32_t count = 0; // of frees since all was sent
};

struct Heap : HeapFront {
  explicit Heap(void **nothing) noexcept : HeapFront(nothing) {}

  [[nodiscard]] void **bottom(unsigned size_class) const noexcept {
    return entries + kEntryOffsets[size_class];
  }
  [[nodiscard]] std::size_t count(unsigned size_class) const noexcept {
    return static_cast<std::size_t>(magazines[size_class].top - bottom(size_class));
  }

  /// Takes a slab block of another heap where it can be held back; false else. Some 20
  /// instructions, on the way of every remote free.
  [[nodiscard, gnu::always_inline]] bool collect(const void *block) noexcept {
    const std::uintptr_t at = unit_of(block);
    const auto unit = static_cast<std::uint32_t>(at - first_unit);
    if (at - first_unit >= n_units) {
      return false;
    }
    const std::uint32_t word = word_of(at);
    if (class_in(word) >= kSlabClasses || owner_in(word) == 0 || (word & kOwnerMask) == owner) {
      return false;
    }
    const auto offset =
        static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(block) % kUnitBytes);
    const std::uint32_t index = kShapes[class_in(word)].index_of(offset);
    return coalescer.collect(unit * 64 + index / 64, index % 64);
  }

  void **entries = nullptr; // of all magazines
  std::array<HeapClass, kClasses> classes{};
  Coalescer coalescer;
  std::uint32_t id = 0;
  std::uint32_t turns = 0; // slow paths taken, to look at the clock now and then
  std::uint8_t tick = 0;   // when it last tidied
  bool parked = false;
  Heap *next_parked = nullptr;
  // Written by others:
  alignas(64) std::atomic<std::uint32_t> pending{0}; // the list of slabs with remote words
  std::atomic<bool> purge_asked{false};
};

} // namespace vmperf::alloc
