// The mark-region space: blocks of 32 KiB, lines of 256 B, allocation by adding into holes.
//   block   [ line | line | ... x 128 ]      lines_[i] != 0: something alive lies in it
//   state   free -> used -> (after a collection) free | recyclable | used
// Objects above a line go to free blocks (`medium`), so that small holes stay in use.
// Marking in slices needs two tables of lines: mutators go on by the old one while the new one is
// being marked; swap_lines() exchanges them, and the lists follow block by block.
// take_hole: O(lines looked at). One thread at a time, but for mark_lines_shared(). Source:
// Blackburn and McKinley 2008 (Immix).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "arena.hpp"
#include "vmperf/gc/mutator.hpp"

namespace vmperf::gc {

enum class BlockState : unsigned char {
  free,
  recyclable,
  used,
  unswept, ///< of a cycle of slices: marked, and not yet looked at
};

/// Where an allocator is within its block.
struct Hole {
  Run run;
  std::uint32_t block = kNone;
  std::uint32_t next_line = 0;

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
};

class Blocks {
public:
  /// Of the arena's blocks; mutators get `budget` of them at most, collections all.
  Blocks(Arena &arena, std::size_t budget);

  /// The next hole of this block or of a recyclable one, else a free block. False at the limit.
  bool take_hole(Hole &hole, std::size_t limit);
  bool take_free(Hole &hole, std::size_t limit);

  void mark_lines(Ref object, std::size_t bytes) noexcept {
    const std::size_t first = (object - begin_) >> kLineShift;
    const std::size_t last = (object - begin_ + bytes / kUnitBytes - 1) >> kLineShift;
    for (std::size_t line = first; line <= last; ++line) {
      marked_lines_[line] = 1;
    }
  }
  /// The same among any number of threads that mark. Read first: neighbours share a cache line.
  void mark_lines_shared(Ref object, std::size_t bytes) noexcept {
    const std::size_t first = (object - begin_) >> kLineShift;
    const std::size_t last = (object - begin_ + bytes / kUnitBytes - 1) >> kLineShift;
    for (std::size_t line = first; line <= last; ++line) {
      const std::atomic_ref marked(marked_lines_[line]);
      if (marked.load(std::memory_order_relaxed) == 0) {
        marked.store(1, std::memory_order_relaxed);
      }
    }
  }
  [[nodiscard]] bool holds(Ref ref) const noexcept { return ref - begin_ < units_; }
  [[nodiscard]] std::uint32_t block_of(Ref ref) const noexcept {
    return (ref - begin_) >> kBlockShift;
  }
  [[nodiscard]] Ref block_ref(std::uint32_t block) const noexcept {
    return begin_ + (block << kBlockShift);
  }
  [[nodiscard]] bool line_marked(Ref ref) const noexcept {
    return lines_[(ref - begin_) >> kLineShift] != 0;
  }

  /// Before a full collection: no mark and no line of a block in use.
  void clear_marks() noexcept;
  /// After marking: rebuilds the lists from the lines; bytes of marked lines.
  std::size_t sweep();

  /// Marks go into a second table from now on. A cycle of slices: separate_lines, clear_some,
  /// marks, swap_lines, sweep_some; clear_marks() ends it at any point.
  void separate_lines();
  /// The same as clear_marks() for `n` blocks from `block`; the next one, or count() at the end.
  std::uint32_t clear_some(std::uint32_t block, std::uint32_t n) noexcept;
  /// The new lines hold; no block is recyclable until sweep_some() has come by.
  void swap_lines() noexcept;
  std::uint32_t sweep_some(std::uint32_t block, std::uint32_t n);
  /// Bytes of lines without a mark in recyclable blocks.
  [[nodiscard]] std::size_t hole_bytes() const noexcept { return hole_lines_ * kLineBytes; }

  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] std::size_t budget() const noexcept { return budget_; }
  [[nodiscard]] std::size_t count() const noexcept { return states_.size(); }
  [[nodiscard]] BlockState state(std::uint32_t block) const noexcept { return states_[block]; }
  [[nodiscard]] std::size_t live_lines(std::uint32_t block) const noexcept;
  /// Makes blocks free that hold nothing any more.
  void release(std::uint32_t block) noexcept;
  /// Takes a block off the recyclable ones, so that nobody allocates in it.
  void withhold(std::uint32_t block) noexcept { states_[block] = BlockState::used; }
  /// Fills every line without a mark with a pattern; for the verifier.
  void poison_holes() noexcept;

private:
  bool next_hole(Hole &hole) const noexcept;
  void clear_block(std::uint32_t block, unsigned char *lines) noexcept;

  Arena &arena_;
  Ref begin_;
  std::size_t units_, budget_, used_ = 0, hole_lines_ = 0;
  std::vector<unsigned char> lines_, next_lines_;
  unsigned char *marked_lines_; ///< of the table that marking goes into
  std::vector<BlockState> states_;
  std::vector<std::uint32_t> free_, recyclable_;
};

} // namespace vmperf::gc
