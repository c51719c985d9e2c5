// What a pause target adds to a collector with a nursery: after each minor collection the
// controller (quota.hpp) says whether a cycle of marking (incremental.hpp) begins, for how long it
// goes on now and how much of the nursery is filled next; and each of these is written down.
//   pause   [ minor collection | slice: clear, mark or sweep ]            as a rule
//           [ minor collection | slice | roots | weak | new lines ]       the end of a cycle
// The end is entered when nothing grey is left and what it took last fits; it is put off three
// times at most. Where the heap is full before, the cycle is completed at once: `last_resort`.
// O(1) beside the work. All calls with the other mutators standing.
#pragma once

#include <cstdint>
#include <vector>

#include "incremental.hpp"
#include "slice_clock.hpp"
#include "vmperf/gc/pause.hpp"
#include "vmperf/gc/quota.hpp"

namespace vmperf::gc {

/// What is known where a slice may follow.
struct PacedState {
  std::uint64_t used_bytes = 0, space_left = 0;
  std::uint64_t promoted_bytes = 0; ///< and of large objects made, since the last collection
  bool due = false;                 ///< a cycle must begin, whatever the space
  bool young_empty = false;         ///< the minor collection promoted all
};

/// The collector that slices are added to.
class PacedHost {
public:
  PacedHost() = default;
  PacedHost(const PacedHost &) = delete;
  PacedHost &operator=(const PacedHost &) = delete;
  PacedHost(PacedHost &&) = delete;
  PacedHost &operator=(PacedHost &&) = delete;

  [[nodiscard]] virtual std::uint64_t filled() const noexcept = 0; ///< bytes of the nursery
  virtual void empty_nursery(Pause &pause, bool promote_all) = 0;
  virtual PacedState after_minor() = 0;
  virtual void full_now(Pause &pause) = 0;
  virtual void cycle_is_over(std::int64_t mark_ns) = 0;
  virtual void begin_nursery() noexcept = 0;

protected:
  ~PacedHost() = default;
};

class PacedCycles {
public:
  PacedCycles(HeapCore &heap, PacedHost &host, IncrementalMarker &marker);

  [[nodiscard]] std::uint64_t nursery_bytes() const noexcept { return quota_.nursery_bytes(); }

  /// To be read every so often in a minor collection.
  [[nodiscard]] SliceClock &minor_clock() noexcept { return minor_clock_; }
  /// A minor collection and, within the target, what there is to do of a cycle. A full one where
  /// `kind` is major, but for stress: that has a cycle begin.
  void collect(Kind kind, Pause &pause);

  [[nodiscard]] const std::vector<Decision> &decisions() const noexcept { return decisions_; }

private:
  PacedState minor(Pause &pause, bool promote_all);
  bool slice(Pause &pause, const PacedState &state, bool must_begin);
  bool complete(Pause &pause, const PacedState &state);
  void full(Pause &pause, const PacedState &state);
  [[nodiscard]] std::uint64_t expected_items(std::uint64_t used_bytes) const noexcept;
  void mark(Pause &pause, std::int64_t until_ns);
  bool finish(Pause &pause, const PacedState &state, std::int64_t deadline_ns);
  void sweep(Pause &pause, std::int64_t until_ns);
  void note(const Pause &pause, const PacedState &state, QuotaPhase phase, std::int64_t slice_ns);

  HeapCore &heap_;
  PacedHost &host_;
  IncrementalMarker &marker_;
  Quota quota_;
  PauseWindow window_;
  SliceClock clock_, minor_clock_; ///< their steps differ
  std::vector<Decision> decisions_;
  std::int64_t last_end_ns_, expected_ns_ = 0;
  double items_per_byte_;
  std::uint64_t items_left_ = 0;
  std::int64_t marked_ns_ = 0; ///< in this cycle
  unsigned postponed_ = 0;
  bool ready_ = false; ///< nothing grey was left when the last slice ended
};

} // namespace vmperf::gc
