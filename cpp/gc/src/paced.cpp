#include "paced.hpp"

#include <algorithm>

#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

namespace {

constexpr double kUsable = 0.97; ///< of the target; the rest is for what follows the slice
constexpr std::int64_t kLeastWindowNs = 10'000'000;
constexpr double kFirstItemsPerByte = 1.0 / 8;
constexpr unsigned kMostPostponed = 3;

std::int64_t target_of(const Options &options) {
  return static_cast<std::int64_t>(options.pause_target_ms * 1e6);
}

} // namespace

PacedCycles::PacedCycles(HeapCore &heap, PacedHost &host, IncrementalMarker &marker)
    : heap_(heap), host_(host), marker_(marker),
      quota_({.target_ns = target_of(heap.options()),
              .most_nursery_bytes = heap.options().nursery_bytes}),
      window_(std::max(kLeastWindowNs, 2 * target_of(heap.options()))), last_end_ns_(os::now_ns()),
      items_per_byte_(kFirstItemsPerByte) {
  decisions_.reserve(4096);
}

void PacedCycles::collect(Kind kind, Pause &pause) {
  const bool full_wanted = kind == Kind::major && pause.cause != Cause::stress;
  pause.kind = Kind::minor; // until marking ends in it
  pause.target_ns = quota_.target_ns();
  const PacedState state = minor(pause, full_wanted || ready_);
  const bool under_way = marker_.phase() != QuotaPhase::idle;
  bool over = true;
  if (!full_wanted) {
    over = slice(pause, state, kind == Kind::major || state.due);
  } else if (pause.cause == Cause::heap_full && under_way) { // which may do
    over = complete(pause, state);
  } else {
    full(pause, state);
  }
  marked_ns_ += pause.mark_ns;
  if (over) {
    host_.cycle_is_over(marked_ns_);
    marked_ns_ = 0;
  }
  host_.begin_nursery();
}

PacedState PacedCycles::minor(Pause &pause, bool promote_all) {
  const std::uint64_t filled = host_.filled();
  const std::int64_t began = os::now_ns();
  expected_ns_ = quota_.minor_estimate_ns();
  minor_clock_.start();
  host_.empty_nursery(pause, promote_all);
  (void)minor_clock_.over();
  // What interrupts this one says nothing of the next.
  pause.interrupted_ns = minor_clock_.take_interrupted();
  const PacedState state = host_.after_minor();
  quota_.minor(os::now_ns() - began - pause.interrupted_ns, filled, state.promoted_bytes,
               pause.start_ns - last_end_ns_);
  return state;
}

std::uint64_t PacedCycles::expected_items(std::uint64_t used_bytes) const noexcept {
  return static_cast<std::uint64_t>(static_cast<double>(used_bytes) * items_per_byte_) + 1000;
}

bool PacedCycles::slice(Pause &pause, const PacedState &state, bool must_begin) {
  const std::int64_t begin = os::now_ns();
  std::int64_t deadline =
      pause.start_ns + static_cast<std::int64_t>(static_cast<double>(quota_.target_ns()) * kUsable);
  if (begin >= deadline) { // late by others' work: the heap fills none the slower
    deadline += pause.interrupted_ns;
  }
  const std::uint64_t expected = expected_items(state.used_bytes);
  if (marker_.phase() == QuotaPhase::idle &&
      (must_begin || quota_.begin(expected, state.space_left))) {
    marker_.begin();
  }
  const QuotaPhase phase = marker_.phase();
  std::int64_t budget = 0;
  bool ended = false;
  if (phase != QuotaPhase::idle) {
    const std::uint64_t done = marker_.items();
    // At least a tenth: of marking one knows the end when it is there.
    items_left_ = phase == QuotaPhase::sweep
                      ? 0
                      : std::max(expected - std::min(expected, done), expected / 10);
    const std::int64_t paused =
        window_.paused(begin) + begin - pause.start_ns - pause.interrupted_ns;
    budget =
        quota_.slice(items_left_, state.space_left, deadline - begin, paused, window_.window_ns());
    if (phase == QuotaPhase::sweep) {
      sweep(pause, begin + budget);
    } else {
      mark(pause, begin + budget);
    }
    ended = ready_ && state.young_empty && finish(pause, state, deadline);
  }
  note(pause, state, ended ? QuotaPhase::finish : phase, budget);
  return ended;
}

void PacedCycles::mark(Pause &pause, std::int64_t until_ns) {
  const std::int64_t begin = os::now_ns();
  const bool whole = marker_.marking();
  const std::uint64_t items = marker_.items();
  const std::uint64_t objects = marker_.objects();
  clock_.start(until_ns);
  ready_ = marker_.advance(clock_);
  const std::int64_t interrupted = clock_.take_interrupted();
  const std::int64_t took = os::now_ns() - begin;
  pause.mark_ns += took;
  pause.interrupted_ns += interrupted;
  pause.marked_objects += marker_.objects() - objects;
  if (whole) { // else much of it was clearing
    quota_.marked(took - interrupted, marker_.items() - items);
  }
}

bool PacedCycles::finish(Pause &pause, const PacedState &state, std::int64_t deadline_ns) {
  const std::int64_t begin = os::now_ns();
  if (deadline_ns - begin < quota_.finish_estimate_ns() && ++postponed_ <= kMostPostponed) {
    return false;
  }
  const std::uint64_t objects = marker_.objects();
  // Once put off as often as may be, it is over in this pause.
  clock_.start(postponed_ > kMostPostponed ? SliceClock::kNever : deadline_ns);
  ready_ = marker_.mark_roots(clock_);
  const std::int64_t marked = os::now_ns();
  pause.mark_ns += marked - begin;
  if (ready_) {
    marker_.finish(heap_.weak_table());
    if (heap_.options().verify) {
      marker_.check_no_edge_to_unmarked();
    }
    pause.kind = Kind::major;
    items_per_byte_ = static_cast<double>(marker_.items()) /
                      static_cast<double>(std::max<std::uint64_t>(state.used_bytes, 1));
    const std::int64_t now = os::now_ns();
    pause.sweep_ns += now - marked;
    quota_.finished(now - begin);
    postponed_ = 0;
    ready_ = false;
    sweep(pause, deadline_ns);
  }
  pause.marked_objects += marker_.objects() - objects;
  pause.interrupted_ns += clock_.take_interrupted();
  return marker_.phase() == QuotaPhase::sweep || marker_.phase() == QuotaPhase::idle;
}

void PacedCycles::sweep(Pause &pause, std::int64_t until_ns) {
  const std::int64_t begin = os::now_ns();
  clock_.start(until_ns);
  (void)marker_.sweep(clock_);
  pause.sweep_ns += os::now_ns() - begin;
  pause.interrupted_ns += clock_.take_interrupted();
}

// True where marking has ended in it; a cycle that was being swept already is over.
bool PacedCycles::complete(Pause &pause, const PacedState &state) {
  const bool marks = marker_.phase() != QuotaPhase::sweep;
  if (marks) {
    mark(pause, SliceClock::kNever);
    postponed_ = kMostPostponed + 1;
    (void)finish(pause, state, SliceClock::kNever);
  }
  sweep(pause, SliceClock::kNever);
  note(pause, state, QuotaPhase::last_resort, 0);
  return marks;
}

void PacedCycles::full(Pause &pause, const PacedState &state) {
  marker_.abandon();
  ready_ = false;
  postponed_ = 0;
  marked_ns_ = 0;
  host_.full_now(pause);
  note(pause, state, pause.cause == Cause::requested ? QuotaPhase::idle : QuotaPhase::last_resort,
       0);
}

void PacedCycles::note(const Pause &pause, const PacedState &state, QuotaPhase phase,
                       std::int64_t slice_ns) {
  const std::int64_t now = os::now_ns();
  window_.add(pause.start_ns, now - pause.interrupted_ns);
  last_end_ns_ = now;
  decisions_.push_back({.time_ns = now,
                        .target_ns = quota_.target_ns(),
                        .measured_ns = now - pause.start_ns,
                        .estimate_ns = expected_ns_,
                        .work_left_ns = quota_.mark_estimate_ns(items_left_),
                        .slice_ns = slice_ns,
                        .nursery_bytes = quota_.nursery_bytes(),
                        .space_left_bytes = state.space_left,
                        .phase = phase,
                        .clamped = quota_.clamped()});
}

} // namespace vmperf::gc
