// Write barriers: what a store of a reference does besides storing, so that a minor collection
// finds what old objects hold of the young ones. The fast path is inline, a test that is nearly
// always false; what is remembered goes to the mutator's own log or to a card.
//   none               a store; for heaps without generations
//   card               a byte for each 512 B of heap, stored always, at the object's begin
//   card-cond          the same, stored where it is not set yet
//   range-ssb          old object and young value, by two compares: the slot is logged
//   object-log         the header's bit `unlogged`: the object is logged once a cycle
//   object-log-atomic  the same, the bit taken by compare-and-swap: one entry, whoever races
//   field-log          a bit for each slot aside: the slot is logged once a cycle
// O(1); a mutator's own log. The first four lose nothing where two threads write to one object, and
// may log it twice. Sources: Blackburn and McKinley 2002; Zhao, Blackburn, McKinley 2022 (LXR).
#pragma once

#include <atomic>
#include <cstdint>

#include "vmperf/gc/core.hpp"
#include "vmperf/gc/faults.hpp"

namespace vmperf::gc {

inline constexpr unsigned kCardShift = 6; ///< of units: 512 bytes

template <BarrierKind kKind> struct Barrier {
  static constexpr BarrierKind kind = kKind;

  /// Called before `slot` of `object` gets `value`.
  [[gnu::always_inline]] static void before(HeapCore &heap, Mutator &mutator, Ref object, Ref *slot,
                                            Ref value) {
    if (dropped_barrier()) {
      return;
    }
    if constexpr (kKind == BarrierKind::card) {
      card_of(heap, object).store(1, std::memory_order_relaxed);
    } else if constexpr (kKind == BarrierKind::card_cond) {
      auto card = card_of(heap, object);
      if (card.load(std::memory_order_relaxed) == 0) {
        card.store(1, std::memory_order_relaxed);
      }
    } else if constexpr (kKind == BarrierKind::range_ssb) {
      if (heap.young(value) && !heap.young(object)) [[unlikely]] {
        log_slot(heap, mutator, slot);
      }
    } else if constexpr (kKind == BarrierKind::object_log) {
      std::atomic_ref<std::uint64_t> header(*object_at(heap.base(), object));
      const std::uint64_t seen = header.load(std::memory_order_relaxed);
      if ((seen & kUnlogged) != 0) [[unlikely]] {
        header.store(seen & ~kUnlogged, std::memory_order_relaxed);
        log_object(mutator, object);
      }
    } else if constexpr (kKind == BarrierKind::object_log_atomic) {
      std::atomic_ref<std::uint64_t> header(*object_at(heap.base(), object));
      if ((header.load(std::memory_order_relaxed) & kUnlogged) != 0) [[unlikely]] {
        take_object(header, mutator, object);
      }
    } else if constexpr (kKind == BarrierKind::field_log) {
      const std::uint32_t index = slot_index(heap, slot);
      std::atomic_ref<std::uint64_t> word(heap.field_bits()[index / 64]);
      const std::uint64_t bit = std::uint64_t{1} << (index % 64);
      if ((word.load(std::memory_order_relaxed) & bit) != 0) [[unlikely]] {
        take_field(word, bit, mutator, index);
      }
    }
  }

  [[nodiscard]] static std::uint32_t slot_index(const HeapCore &heap, const Ref *slot) noexcept {
    return static_cast<std::uint32_t>(slot - reinterpret_cast<const Ref *>(heap.base()));
  }

private:
  static std::atomic_ref<unsigned char> card_of(HeapCore &heap, Ref object) noexcept {
    return std::atomic_ref<unsigned char>(heap.cards()[object >> kCardShift]);
  }
  [[gnu::noinline, gnu::cold]] static void log_object(Mutator &mutator, Ref object) {
    mutator.log(object);
  }
  [[gnu::noinline, gnu::cold]] static void log_slot(HeapCore &heap, Mutator &mutator, Ref *slot) {
    mutator.log(slot_index(heap, slot));
  }
  [[gnu::noinline, gnu::cold]] static void take_object(std::atomic_ref<std::uint64_t> header,
                                                       Mutator &mutator, Ref object) {
    if ((header.fetch_and(~kUnlogged, std::memory_order_relaxed) & kUnlogged) != 0) {
      mutator.log(object);
    }
  }
  [[gnu::noinline, gnu::cold]] static void take_field(std::atomic_ref<std::uint64_t> word,
                                                      std::uint64_t bit, Mutator &mutator,
                                                      std::uint32_t index) {
    if ((word.fetch_and(~bit, std::memory_order_relaxed) & bit) != 0) {
      mutator.log(index);
    }
  }
};

/// What two mutators that write to one object need where entries are counted: each object once.
using LockFreeWriteBarrier = Barrier<BarrierKind::object_log_atomic>;

} // namespace vmperf::gc
