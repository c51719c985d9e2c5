#include "incremental.hpp"

#include <bit>
#include <limits>
#include <string>

#include "weak.hpp"

namespace vmperf::gc {

namespace {
constexpr std::uint32_t kBlocksAtOnce = 64; ///< 2 to 4 us
constexpr std::size_t kLargeAtOnce = 4;     ///< dropping pages is a call each
} // namespace

void IncrementalMarker::begin() {
  blocks_.separate_lines();
  phase_ = QuotaPhase::clear;
  block_ = 0;
  items_ = objects_ = 0;
}

void IncrementalMarker::abandon() noexcept {
  phase_ = QuotaPhase::idle;
  grey_.clear();
  pieces_.clear();
  held_ = 0;
}

void IncrementalMarker::promoted(Ref ref, std::uint64_t header) {
  arena_.marks.set(ref);
  blocks_.mark_lines(ref, object_bytes(header));
  // Its lines are marked again when it is looked at; with no reference that need not be.
  if (phase_ == QuotaPhase::mark && reference_count(header) != 0) {
    grey_.push_back(ref);
  }
}

void IncrementalMarker::allocated_large(Ref ref) {
  if (allocates_marked()) { // all of its references are null
    arena_.marks.set(ref);
  }
}

bool IncrementalMarker::advance(SliceClock &clock) {
  while (phase_ == QuotaPhase::clear) {
    block_ = blocks_.clear_some(block_, kBlocksAtOnce);
    if (block_ == blocks_.count()) {
      large_.clear_marks();
      phase_ = QuotaPhase::mark;
      collector_.for_each_root([this](const Ref &root) { visit(root); });
    }
    if (clock.over()) {
      return false;
    }
  }
  while (batch()) {
    if (clock.over()) {
      return nothing_grey();
    }
  }
  return true;
}

bool IncrementalMarker::mark_roots(SliceClock &clock) {
  collector_.for_each_root([this](const Ref &root) { visit(root); });
  return advance(clock);
}

void IncrementalMarker::drain() {
  while (batch()) {
  }
}

// Up to kItems; false where nothing was left to do.
bool IncrementalMarker::batch() {
  const std::uint64_t until = items_ + kItems;
  while (items_ < until) {
    while (held_ < kFifo && !grey_.empty()) {
      const Ref ref = grey_.back();
      grey_.pop_back();
      __builtin_prefetch(arena_.at(ref));
      fifo_[(first_ + held_++) % kFifo] = ref;
    }
    if (held_ == 0) {
      if (!scan_piece()) {
        return items_ + kItems != until;
      }
      continue;
    }
    const Ref ref = fifo_[first_];
    first_ = (first_ + 1) % kFifo;
    --held_;
    scan(ref);
  }
  return true;
}

// About 10 instructions for each reference: a load, two compares, a bit tested. What is written to
// is the bits and lines aside: the object stays clean.
void IncrementalMarker::scan(Ref ref) {
  const std::uint64_t header = arena_.header(ref);
  if (blocks_.holds(ref)) {
    blocks_.mark_lines(ref, object_bytes(header));
  }
  const std::size_t count = reference_count(header);
  ++objects_;
  ++items_;
  if (count > kPiece) {
    pieces_.push_back({ref, 0});
    return;
  }
  const Ref *const slots = references(object_at(arena_.base(), ref));
  for (std::size_t i = 0; i < count; ++i) {
    visit(slots[i]);
  }
  items_ += count;
}

bool IncrementalMarker::scan_piece() {
  if (pieces_.empty()) {
    return false;
  }
  const Piece piece = pieces_.back();
  const auto count = static_cast<std::uint32_t>(reference_count(arena_.header(piece.array)));
  const std::uint32_t to = std::min(count, piece.next + kPiece);
  if (to == count) {
    pieces_.pop_back();
  } else {
    pieces_.back().next = to;
  }
  const Ref *const slots = references(object_at(arena_.base(), piece.array));
  for (std::uint32_t i = piece.next; i < to; ++i) {
    visit(slots[i]);
  }
  items_ += to - piece.next;
  return true;
}

void IncrementalMarker::finish(WeakTable &weak) {
  WeakPass<IncrementalMarker>(weak, *this).run();
  blocks_.swap_lines();
  phase_ = QuotaPhase::sweep;
  block_ = 0;
  next_large_ = 0;
}

bool IncrementalMarker::sweep(SliceClock &clock) {
  while (block_ < blocks_.count()) {
    block_ = blocks_.sweep_some(block_, kBlocksAtOnce);
    if (clock.over()) {
      return false;
    }
  }
  while (next_large_ < large_.count()) {
    next_large_ = large_.sweep_some(next_large_, kLargeAtOnce);
    if (clock.over() && next_large_ < large_.count()) {
      return false;
    }
  }
  phase_ = QuotaPhase::idle;
  return true;
}

void IncrementalMarker::check_no_edge_to_unmarked() const {
  const auto check = [this](Ref ref) {
    const Ref *const slots = references(object_at(arena_.base(), ref));
    const std::size_t count = reference_count(arena_.header(ref));
    for (std::size_t i = 0; i < count; ++i) {
      if (slots[i] != 0 && !arena_.marks.test(slots[i])) {
        throw CorruptionError("at the end of marking, the object at unit " + std::to_string(ref) +
                              " is marked and refers to one at unit " + std::to_string(slots[i]) +
                              " that is not");
      }
    }
  };
  for (std::uint32_t block = 0; block < blocks_.count(); ++block) {
    const Ref begin = blocks_.block_ref(block);
    for (Ref at = begin; at != begin + (1U << kBlockShift); at += 64) {
      for (std::uint64_t bits = arena_.marks.word(at); bits != 0; bits &= bits - 1) {
        check(at + static_cast<Ref>(std::countr_zero(bits)));
      }
    }
  }
  large_.for_each([&](Ref ref) {
    if (arena_.marks.test(ref)) {
      check(ref);
    }
  });
}

} // namespace vmperf::gc
