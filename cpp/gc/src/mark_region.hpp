// What the collectors share whose (old) space is mark-region: allocation into holes, a full
// collection by marking, and evacuation: blocks that are mostly holes are emptied into others.
//   full collection   clear -> mark (bits and lines) -> weak -> lists of blocks -> evacuate
// Evacuation comes after marking, when what lives in a block is known exactly, and goes over all
// that lives once more to set references right; it is done where more than 15 % of the space in use
// is holes, with `stress` always, of blocks drawn at random. Blocks with pinned objects stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "collector.hpp"
#include "mark.hpp"
#include "mark_team.hpp"

namespace vmperf::gc {

class MarkRegion : public Collector {
public:
  MarkRegion(HeapCore &heap, Arena &arena, std::size_t budget)
      : Collector(heap, arena, budget * kBlockBytes), blocks_(arena, budget),
        team_(heap.options(), arena, &blocks_) {}

  std::byte *allocate(Mutator &mutator, std::size_t bytes) override;
  std::byte *allocate_large(std::size_t bytes) override;
  [[nodiscard]] std::uint64_t used_bytes() const noexcept override {
    return blocks_.used() * kBlockBytes + large_.used_bytes();
  }
  [[nodiscard]] bool in_use(Ref ref) const noexcept override;
  void check_object(Ref ref, std::size_t bytes, Kind kind) const override;

protected:
  /// Marks all from the roots; kArm as in MarkTracer. Young memory must be empty.
  template <bool kArm> void full(Pause &pause);
  /// Blocks that mutators may have in use, with what large objects leave of the budget.
  [[nodiscard]] std::size_t block_limit() const noexcept;
  /// Empties the worst blocks into the others.
  void evacuate();
  /// An object has been moved here by evacuation.
  virtual void moved(Ref /*now*/, std::uint64_t /*header*/) {}
  void forget_holes() noexcept { small_ = medium_ = {}; }

  Blocks blocks_;
  Hole small_, medium_; ///< of the mutators together: a mutator has its run, not the hole

private:
  MarkTeam team_;
  std::uint64_t draws_ = 0; ///< of blocks, with stress

  template <class Visit> void for_each_marked(std::uint32_t block, Visit visit) const;
  [[nodiscard]] bool evacuates(std::size_t live_bytes) const noexcept;
  [[nodiscard]] std::vector<unsigned char> choose();
  /// Blocks that evacuation may empty, those it had better begin with first.
  [[nodiscard]] std::vector<std::uint32_t> candidates(const std::vector<std::size_t> &live);
  void move_out(std::uint32_t block, Hole &small, Hole &medium);
  void set_right(const std::vector<unsigned char> &chosen);
};

} // namespace vmperf::gc
