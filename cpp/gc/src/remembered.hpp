// The collector's side of the barriers: what was remembered, made into slots that may hold young
// references; what an object that becomes old must carry so that its next store is noticed.
//   retained  slots of old objects that still refer to young memory (survivors) after a collection
// A visit of a slot is O(1); cards cost a byte each 512 B of old space in use.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <unordered_set>
#include <utility>
#include <vector>

#include "arena.hpp"
#include "blocks.hpp"
#include "large.hpp"
#include "ref_block.hpp"
#include "vmperf/gc/barriers.hpp"
#include "vmperf/gc/core.hpp"

namespace vmperf::gc {

template <BarrierKind kKind> class Remembered {
public:
  static constexpr bool kCards = kKind == BarrierKind::card || kKind == BarrierKind::card_cond;
  static constexpr bool kObjects =
      kKind == BarrierKind::object_log || kKind == BarrierKind::object_log_atomic;
  static constexpr bool kFields = kKind == BarrierKind::field_log;

  Remembered(HeapCore &heap, Arena &arena, Blocks &blocks, LargeSpace &large)
      : heap_(heap), arena_(arena), blocks_(blocks), large_(large) {}

  /// Arms an object that is old from now on; `header` is its own, to be stored by the caller.
  [[nodiscard]] std::uint64_t arm(Ref ref, std::uint64_t header) {
    if constexpr (kObjects) {
      return header | kUnlogged;
    } else if constexpr (kFields) {
      arm_fields(ref, reference_count(header));
    } else if constexpr (kCards) {
      arena_.marks.set(ref); // bits are where cards look for the objects that begin in them
    }
    return header;
  }

  /// Visits every slot that may hold a young reference, `visit(Ref *)`, and arms again; of what is
  /// logged whole, of each kRefBlock slots those whose bit `wanted(first of them)` has.
  template <class Visit, class Wanted> void for_each_slot(Visit visit, Wanted wanted) {
    for (const std::uint32_t entry : retained_) {
      pending_.push_back(entry);
    }
    retained_.clear();
    for (const std::uint32_t entry : pending_) {
      visit(slot(entry));
    }
    pending_.clear();
    if constexpr (kCards) {
      for_each_card([&](Ref object) { visit_object(object, visit, wanted); });
    } else {
      for_each_entry([&](std::uint32_t entry) {
        if constexpr (kObjects) {
          arena_.header(entry) |= kUnlogged;
          visit_object(entry, visit, wanted);
        } else {
          if constexpr (kFields) {
            heap_.field_bits()[entry / 64] |= std::uint64_t{1} << (entry % 64);
          }
          visit(slot(entry));
        }
      });
      clear_logs();
    }
  }

  void retain(const Ref *at) { retained_.push_back(Barrier<kKind>::slot_index(heap_, at)); }
  /// Bits of objects that a full collection has found alive are theirs; those of others are gone.
  void begin_check() {
    seen_.clear();
    for_each_entry([this](std::uint32_t entry) { seen_.insert(entry); });
    kept_.clear();
    kept_.insert(retained_.begin(), retained_.end());
  }
  [[nodiscard]] bool remembers(Ref object, const Ref *at) const {
    const std::uint32_t index = Barrier<kKind>::slot_index(heap_, at);
    if (kept_.contains(index)) {
      return true;
    }
    if constexpr (kCards) {
      return heap_.cards()[object >> kCardShift] != 0 && arena_.marks.test(object);
    } else {
      return seen_.contains(kObjects ? object : index);
    }
  }

private:
  static constexpr std::size_t kAhead = 8;

  Ref *slot(std::uint32_t entry) const noexcept {
    return reinterpret_cast<Ref *>(arena_.base()) + entry;
  }

  template <class Visit, class Wanted>
  void visit_object(Ref object, Visit &visit, const Wanted &wanted) {
    Ref *slots = references(object_at(arena_.base(), object));
    std::size_t count = reference_count(arena_.header(object));
    if (count >= kRefBlock) {
      visit_blocks(slots, count / kRefBlock, visit, wanted);
      slots += count / kRefBlock * kRefBlock;
      count %= kRefBlock;
    }
    for (std::size_t i = 0; i < count; ++i) {
      visit(slots + i);
    }
  }

  // A slot is visited when the objects of the next kAhead are on their way to the cache.
  template <class Visit, class Wanted>
  void visit_blocks(Ref *slots, std::size_t blocks, Visit &visit, const Wanted &wanted) {
    std::array<Ref *, kAhead> ahead{};
    std::size_t n = 0;
    for (Ref *const end = slots + blocks * kRefBlock; slots != end; slots += kRefBlock) {
      for (std::uint32_t bits = wanted(slots); bits != 0; bits &= bits - 1) {
        Ref *const slot = slots + std::countr_zero(bits);
        __builtin_prefetch(object_at(arena_.base(), *slot), 1);
        Ref *const due = std::exchange(ahead[n % kAhead], slot);
        if (n++ >= kAhead) {
          visit(due);
        }
      }
    }
    for (std::size_t i = n < kAhead ? 0 : n - kAhead; i < n; ++i) {
      visit(ahead[i % kAhead]);
    }
  }

  void arm_fields(Ref ref, std::size_t count) {
    std::uint64_t *const bits = heap_.field_bits();
    const std::size_t first = std::size_t{ref} * 2 + 2;
    for (std::size_t i = first; i < first + count; ++i) {
      bits[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }

  template <class Visit> void for_each_entry(Visit visit) const {
    for (const Mutator *mutator : heap_.mutators()) {
      for (std::size_t i = 0; i < mutator->log_count; ++i) {
        visit(mutator->log_entries()[i]);
      }
    }
    for (const std::uint32_t entry : heap_.orphans()) {
      visit(entry);
    }
  }

  void clear_logs() noexcept {
    for (Mutator *mutator : heap_.mutators()) {
      mutator->log_count = 0;
    }
    heap_.orphans().clear();
  }

  /// Objects that begin in dirty cards; a card is 64 units, a word of marks.
  template <class Visit> void for_each_card(Visit visit) {
    const auto clean = [&](Ref card, Visit &each) {
      unsigned char &dirty = heap_.cards()[card];
      if (dirty == 0) {
        return;
      }
      dirty = 0;
      for (std::uint64_t bits = arena_.marks.word(card << kCardShift); bits != 0;
           bits &= bits - 1) {
        each((card << kCardShift) + static_cast<Ref>(std::countr_zero(bits)));
      }
    };
    for (std::uint32_t i = 0; i < blocks_.count(); ++i) {
      if (blocks_.state(i) == BlockState::free) {
        continue;
      }
      const Ref first = blocks_.block_ref(i) >> kCardShift;
      for (Ref card = first; card < first + 64; card += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, heap_.cards() + card, 8);
        for (Ref k = 0; eight != 0 && k < 8; ++k) {
          clean(card + k, visit);
        }
      }
    }
    large_.for_each([&](Ref object) { clean(object >> kCardShift, visit); });
  }

  HeapCore &heap_;
  Arena &arena_;
  Blocks &blocks_;
  LargeSpace &large_;
  std::vector<std::uint32_t> retained_, pending_;
  std::unordered_set<std::uint32_t> seen_, kept_; ///< of a check
};

} // namespace vmperf::gc
