// Marking of old space in slices, each at the end of a minor collection.
//   idle -> clear -> mark -> finish -> sweep -> idle
//   clear   mark bits, and the second table of lines, block by block
//   mark    from the roots, as far as a slice goes: grey objects wait on a stack, those being
//           fetched in a FIFO of 16, arrays are gone over in pieces of 512
//   finish  in one pause, with young memory empty: roots again, what they still find, weak
//           references; then the new lines hold
//   sweep   lists of blocks, pages of dead large objects, piece by piece
// Incremental update: an object that was marked is never looked at again, but what is written into
// an old object is seen by the next minor collection, which knows by the barrier which objects were
// written to and marks what they refer to (shade). What is promoted is marked and waits as grey. So
// no marked object that was looked at refers to an unmarked one when a minor collection is over.
// Work that the mutator makes meanwhile is bounded by the nursery; a cycle never starts over.
// Sources: Dijkstra et al. 1978; Steele 1975.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "collector.hpp"
#include "large.hpp"
#include "slice_clock.hpp"
#include "vmperf/gc/faults.hpp"
#include "vmperf/gc/quota.hpp"

namespace vmperf::gc {

class IncrementalMarker {
public:
  IncrementalMarker(Collector &collector, Arena &arena, Blocks &blocks, LargeSpace &large)
      : collector_(collector), arena_(arena), blocks_(blocks), large_(large) {}

  [[nodiscard]] QuotaPhase phase() const noexcept { return phase_; }
  [[nodiscard]] bool marking() const noexcept { return phase_ == QuotaPhase::mark; }
  /// What becomes old now must be marked: it is alive for this cycle.
  [[nodiscard]] bool allocates_marked() const noexcept { return phase_ >= QuotaPhase::mark; }

  void begin();
  /// Gives the cycle up: marks and lists are another's from now on.
  void abandon() noexcept;
  /// Goes on until the time is up, through clear and mark; true where nothing grey is left.
  bool advance(SliceClock &clock);
  /// Roots, and what they find; false where the time is up before, and marking goes on.
  bool mark_roots(SliceClock &clock);
  /// After mark_roots(): weak references, and the new lines. Young memory is empty.
  void finish(WeakTable &weak);
  /// True at the end; nothing is young or grey.
  bool sweep(SliceClock &clock);
  /// Whether a marked object refers to one that is not; for the verifier, before finish() is over.
  void check_no_edge_to_unmarked() const;

  /// An old object, or none, that a remembered slot refers to.
  void shade(Ref ref) {
    if (!dropped_shade()) {
      visit(ref);
    }
  }
  void promoted(Ref ref, std::uint64_t header);
  void allocated_large(Ref ref);

  /// Objects and references gone over in this cycle, and what it had to go over in the last.
  [[nodiscard]] std::uint64_t items() const noexcept { return items_; }
  [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }

  // The face of a tracer (weak.hpp).
  [[nodiscard]] bool dead(Ref ref) const noexcept { return !arena_.marks.test(ref); }
  [[nodiscard]] static Ref now(Ref ref) noexcept { return ref; }
  void keep(Ref &ref) { visit(ref); }
  void drain();
  std::vector<Ref> *found = nullptr;

private:
  static constexpr std::size_t kFifo = 16;
  static constexpr std::uint64_t kItems = 256; ///< between two looks at the clock: 128 objects
  static constexpr std::uint32_t kPiece = 512;
  struct Piece {
    Ref array;
    std::uint32_t next;
  };

  // Survivors are young: they are promoted before the cycle ends, and are marked then.
  [[nodiscard]] bool old(Ref ref) const noexcept { return ref >= arena_.layout.blocks_begin; }
  void visit(Ref ref) {
    if (old(ref) && !skipped_slot() && arena_.marks.set(ref)) {
      grey_.push_back(ref);
      if (found != nullptr) [[unlikely]] {
        found->push_back(ref);
      }
    }
  }
  bool batch();
  void scan(Ref ref);
  bool scan_piece();
  [[nodiscard]] bool nothing_grey() const noexcept {
    return held_ == 0 && grey_.empty() && pieces_.empty();
  }

  Collector &collector_;
  Arena &arena_;
  Blocks &blocks_;
  LargeSpace &large_;
  QuotaPhase phase_ = QuotaPhase::idle;
  std::uint32_t block_ = 0; ///< the next one to clear or to sweep
  std::size_t next_large_ = 0;
  std::vector<Ref> grey_;
  std::vector<Piece> pieces_;
  std::array<Ref, kFifo> fifo_{};
  std::size_t first_ = 0, held_ = 0;
  std::uint64_t items_ = 0, objects_ = 0;
};

} // namespace vmperf::gc
