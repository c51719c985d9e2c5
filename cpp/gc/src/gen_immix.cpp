// Generations: a nursery that is copied from, a mark-region space that is copied to.
//   young   [ survivors A | nursery | survivors B ]   the survivors' halves take turns
// A minor collection copies what the roots, and the slots that the barrier remembered, reach of
// young memory: to old space, or, until an object has survived `tenure` of them, to the other half.
// It goes depth first from a stack of copied objects, costs what survives, and cannot fail: as
// much old space as young memory could fill is held back from mutators. A full collection is a
// minor one that promotes all, and then marks; with a pause target marking is cut into slices, one
// behind each minor collection (paced.hpp), where the barrier logs objects.
// Sources: Ungar 1984; Blackburn and McKinley 2008 (GenImmix).
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "mark_region.hpp"
#include "paced.hpp"
#include "pacer.hpp"
#include "phases.hpp"
#include "remembered.hpp"
#include "vmperf/base/align.hpp"

namespace vmperf::gc {

namespace {

constexpr std::size_t kRunBytes = 32768;

template <BarrierKind kKind> class Generational final : public MarkRegion, public PacedHost {
public:
  Generational(HeapCore &heap, Arena &arena, std::size_t budget)
      : MarkRegion(heap, arena, budget), remembered_(heap, arena, blocks_, large_),
        pacer_(heap.options().pacer), marker_(*this, arena, blocks_, large_),
        tenure_(heap.options().tenure) {
    if (heap.options().pause_target_ms > 0) {
      cycles_ = std::make_unique<PacedCycles>(heap, *this, marker_);
      watch_ = &cycles_->minor_clock();
    }
    reset_nursery();
  }

  std::byte *allocate(Mutator &mutator, std::size_t bytes) override {
    const auto left = static_cast<std::size_t>(nursery_end_ - nursery_);
    if (left < bytes || over_budget()) {
      return nullptr;
    }
    const std::size_t taken = std::min(left, std::max(bytes, kRunBytes));
    std::byte *const begin = nursery_;
    nursery_ += taken;
    std::memset(begin, 0, taken);
    mutator.run = {begin + bytes, begin + taken};
    mutator.allocated_bytes += taken;
    return begin;
  }

  std::byte *allocate_large(std::size_t bytes) override {
    // With a target, what is old from the first counts as promoted: slices keep up with it.
    slice_due_ =
        cycles_ != nullptr && large_since_ != 0 && large_since_ + bytes > cycles_->nursery_bytes();
    std::byte *const object = slice_due_ ? nullptr : MarkRegion::allocate_large(bytes);
    if (object != nullptr) { // old from the first: its first store counts
      const Ref ref = ref_of(arena_.base(), object);
      large_since_ += bytes;
      marker_.allocated_large(ref);
      if constexpr (Remembered<kKind>::kObjects) {
        arena_.header(ref) = kUnlogged;
      } else if constexpr (Remembered<kKind>::kFields) {
        (void)remembered_.arm(ref, kRefArrayMark << kReferencesShift | std::uint64_t{bytes / 4 - 2}
                                                                           << kSizeShift);
      } else {
        (void)remembered_.arm(ref, 0);
      }
    }
    return object;
  }

  void collect(Kind kind, Pause &pause) override {
    if (cycles_ != nullptr) {
      cycles_->collect(kind, pause);
      return;
    }
    minor(pause, kind == Kind::major ? 0 : tenure_now());
    const bool trigger = over_budget() || pacer_.due(promoted_since_);
    if (kind == Kind::major || trigger) {
      if (tenure_ != 0 && kind != Kind::major) {
        minor(pause, 0);
      }
      full<Remembered<kKind>::kObjects>(pause);
      cycle_is_over(pause.mark_ns);
    }
  }

  [[nodiscard]] Kind due(bool large) const noexcept override {
    return over_budget() || (large && !slice_due_) ? Kind::major : Kind::minor;
  }
  [[nodiscard]] const std::vector<Decision> *decisions() const noexcept override {
    return cycles_ == nullptr ? nullptr : &cycles_->decisions();
  }
  [[nodiscard]] std::uint64_t used_bytes() const noexcept override {
    return MarkRegion::used_bytes() +
           static_cast<std::size_t>(nursery_ - arena_.at(arena_.layout.nursery_begin())) +
           survived_bytes_;
  }
  [[nodiscard]] bool in_use(Ref ref) const noexcept override {
    if (!heap_.young(ref)) {
      return MarkRegion::in_use(ref);
    }
    const std::byte *const at = arena_.at(ref);
    return (at >= arena_.at(arena_.layout.nursery_begin()) && at < nursery_) ||
           (at >= survivors(half_) && at < survivors(half_) + survived_bytes_);
  }
  [[nodiscard]] bool crosses(Ref object, Ref value) const noexcept override {
    return !heap_.young(object) && heap_.young(value);
  }
  void begin_check() override { remembered_.begin_check(); }
  [[nodiscard]] bool remembers(Ref object, const Ref *slot) override {
    return remembered_.remembers(object, slot);
  }

  // The face of a tracer, over young memory alone.
  [[nodiscard]] bool dead(Ref ref) const noexcept {
    return from(ref) && (arena_.header(ref) & kForwarded) == 0;
  }
  [[nodiscard]] Ref now(Ref ref) const noexcept {
    return from(ref) ? size_field(arena_.header(ref)) : ref;
  }
  void keep(Ref &slot) {
    if (from(slot) && !skipped_slot()) {
      slot = move(slot);
    }
  }
  void drain() {
    while (!stack_.empty()) {
      const Ref ref = stack_.back();
      stack_.pop_back();
      std::uint64_t *const object = object_at(arena_.base(), ref);
      const bool old = !heap_.young(ref);
      Ref *const slots = references(object);
      const std::size_t count = reference_count(*object);
      for (std::size_t i = 0; i < count; ++i) {
        keep(slots[i]);
        if (tenure_now_ != 0 && old && heap_.young(slots[i])) {
          remembered_.retain(slots + i);
        }
      }
    }
  }
  std::vector<Ref> *found = nullptr;

  // The face of a host of slices (paced.hpp).
  [[nodiscard]] std::uint64_t filled() const noexcept override {
    return static_cast<std::size_t>(nursery_ - arena_.at(arena_.layout.nursery_begin()));
  }
  void empty_nursery(Pause &pause, bool promote_all) override {
    minor(pause, promote_all ? 0 : tenure_now());
  }
  PacedState after_minor() override {
    const std::size_t limit = block_limit();
    const PacedState state{.used_bytes = MarkRegion::used_bytes(),
                           .space_left = (limit - std::min(limit, blocks_.used())) * kBlockBytes +
                                         blocks_.hole_bytes() * 3 / 4,
                           .promoted_bytes = promoted_ + large_since_,
                           .due = pacer_.due(promoted_since_),
                           .young_empty = tenure_now_ == 0};
    large_since_ = 0;
    slice_due_ = false;
    return state;
  }
  void full_now(Pause &pause) override { full<Remembered<kKind>::kObjects>(pause); }
  void cycle_is_over(std::int64_t mark_ns) override {
    forget_holes();
    old_small_ = old_medium_ = {};
    pacer_.collected(MarkRegion::used_bytes(), promoted_since_, mark_ns);
    promoted_since_ = 0;
    if (cycles_ != nullptr && heap_.options().verify) {
      blocks_.poison_holes();
    }
  }
  void begin_nursery() noexcept override { reset_nursery(); }

protected:
  void moved(Ref at, std::uint64_t header) override { (void)remembered_.arm(at, header); }

private:
  /// Whether an object is where this collection empties: nursery and the half in use.
  [[nodiscard]] bool from(Ref ref) const noexcept { return ref - from_begin_ < from_units_; }

  [[nodiscard]] std::byte *survivors(unsigned half) const noexcept {
    const Layout &layout = arena_.layout;
    return arena_.at(half == 0 ? layout.young_begin
                               : layout.nursery_begin() + static_cast<Ref>(layout.nursery_units));
  }

  [[nodiscard]] bool over_budget() const noexcept { return blocks_.used() > block_limit(); }

  void reset_nursery() noexcept {
    const Layout &layout = arena_.layout;
    nursery_ = arena_.at(layout.nursery_begin());
    std::size_t bytes = layout.nursery_units * kUnitBytes;
    if (cycles_ != nullptr) {
      bytes = std::min(bytes, align_up(cycles_->nursery_bytes(), kRunBytes));
    }
    nursery_end_ = nursery_ + bytes;
  }

  [[nodiscard]] unsigned tenure_now() noexcept {
    return std::exchange(promote_all_, false) ? 0 : tenure_;
  }

  void minor(Pause &pause, unsigned tenure) {
    Phases phases;
    begin_minor(tenure);
    visit_remembered();
    pause.remset_ns += phases.next();
    for_each_root([this](Ref &slot) { keep(slot); });
    pause.roots_ns += phases.next();
    drain();
    pause.copy_ns += phases.next();
    WeakPass<Generational>(heap_.weak_table(), *this).run();
    end_minor();
    pause.sweep_ns += phases.next();
    pause.copied_objects += copied_;
    pause.promoted_bytes += promoted_;
    for (std::size_t age = 0; age < by_age_.size(); ++age) {
      pause.survivors_bytes[age] += by_age_[age];
    }
  }

  void visit_remembered() {
    std::uint64_t slots = 0;
    const auto visit = [this, &slots](Ref *slot) {
      if (++slots % 1024 == 0 && watch_ != nullptr) [[unlikely]] {
        (void)watch_->over();
      }
      keep(*slot);
      if (tenure_now_ != 0 && heap_.young(*slot)) {
        remembered_.retain(slot);
      } else if (marker_.marking()) [[unlikely]] {
        marker_.shade(*slot);
      }
    };
    // What is young now was young before; while marking, old references count, too.
    const bool all = marker_.marking();
    remembered_.for_each_slot(visit, [this, all](const Ref *block) {
      return all ? kWholeBlock : which_within(block, from_begin_, from_units_);
    });
  }

  void begin_minor(unsigned tenure) {
    const Layout &layout = arena_.layout;
    tenure_now_ = tenure;
    copied_ = promoted_ = 0;
    by_age_ = {};
    from_begin_ = half_ == 0 ? layout.young_begin : layout.nursery_begin();
    from_units_ = static_cast<Ref>(layout.survivor_units + layout.nursery_units);
    to_ = survivors(1 - half_);
    to_end_ = to_ + layout.survivor_units * kUnitBytes;
  }

  void end_minor() {
    if (heap_.options().verify) {
      std::memset(arena_.at(from_begin_), 0xDB, std::size_t{from_units_} * kUnitBytes);
    }
    half_ = 1 - half_;
    survived_bytes_ = static_cast<std::size_t>(to_ - survivors(half_));
    promoted_since_ += promoted_;
    reset_nursery();
  }

  Ref move(Ref ref) {
    std::uint64_t *const object = object_at(arena_.base(), ref);
    std::uint64_t header = *object;
    if ((header & kForwarded) != 0) {
      return size_field(header);
    }
    const std::size_t bytes = object_bytes(header);
    const auto age = static_cast<unsigned>((header & kAgeMask) >> kAgeShift);
    std::byte *placed = nullptr;
    if (age < tenure_now_ && std::cmp_greater_equal(to_end_ - to_, bytes)) {
      placed = to_;
      to_ += bytes;
      header = (header & ~kAgeMask) | (std::uint64_t{age + 1} << kAgeShift);
    } else {
      placed = promote(bytes);
      promoted_ += bytes;
      const Ref at = ref_of(arena_.base(), placed);
      header = remembered_.arm(at, header);
      if (marker_.marking()) [[unlikely]] {
        marker_.promoted(at, header);
      }
    }
    by_age_[std::min(age + 1, 15U)] += bytes;
    const Ref now_at = ref_of(arena_.base(), placed);
    auto *const to = reinterpret_cast<std::uint64_t *>(placed);
    to[0] = header;
    for (std::size_t i = 1; i < bytes / 8; ++i) {
      to[i] = object[i];
    }
    *object = (header & 0xFFFFFFFFU) | kForwarded | (std::uint64_t{now_at} << kSizeShift);
    if (++copied_ % 128 == 0 && watch_ != nullptr) [[unlikely]] {
      (void)watch_->over();
    }
    if (reference_count(header) != 0 || found != nullptr) {
      stack_.push_back(now_at);
      if (found != nullptr) [[unlikely]] {
        found->push_back(ref);
      }
    }
    return now_at;
  }

  std::byte *promote(std::size_t bytes) {
    Run &run = old_small_.run;
    if (std::cmp_greater_equal(run.limit - run.cursor, bytes)) [[likely]] {
      run.cursor += bytes;
      return run.cursor - bytes;
    }
    return promote_slow(bytes);
  }

  [[gnu::noinline]] std::byte *promote_slow(std::size_t bytes) {
    Hole &hole = bytes > kLineBytes ? old_medium_ : old_small_;
    if (std::cmp_less(hole.run.limit - hole.run.cursor, bytes)) {
      const bool got = bytes > kLineBytes ? blocks_.take_free(hole, blocks_.count())
                                          : blocks_.take_hole(hole, blocks_.count());
      if (!got) {
        throw CorruptionError("no block is left to promote into, which was held back for it");
      }
    }
    hole.run.cursor += bytes;
    return hole.run.cursor - bytes;
  }

  Remembered<kKind> remembered_;
  Pacer pacer_;
  IncrementalMarker marker_;
  std::unique_ptr<PacedCycles> cycles_; ///< with a pause target
  SliceClock *watch_ = nullptr;         ///< with a pause target
  std::uint64_t large_since_ = 0;       ///< bytes of large objects since the last collection
  bool slice_due_ = false;
  unsigned tenure_, tenure_now_ = 0, half_ = 0;
  std::byte *nursery_ = nullptr, *nursery_end_ = nullptr, *to_ = nullptr, *to_end_ = nullptr;
  Ref from_begin_ = 0, from_units_ = 0;
  std::size_t survived_bytes_ = 0;
  Hole old_small_, old_medium_;
  std::vector<Ref> stack_;
  std::uint64_t copied_ = 0, promoted_ = 0, promoted_since_ = 0;
  std::array<std::uint64_t, 16> by_age_{};
};

template <BarrierKind kKind> Made make_with(HeapCore &heap) {
  const Options &options = heap.options();
  const auto blocks = [](std::size_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; };
  const std::size_t nursery = blocks(options.nursery_bytes);
  const std::size_t survivors = options.tenure == 0 ? 0 : (nursery + 3) / 4;
  const std::size_t young = nursery + 2 * survivors;
  // Promoting all may fill blocks to three quarters only, and begins two that it does not fill.
  const std::size_t reserve = ((nursery + survivors) * 4 + 2) / 3 + 2;
  const std::size_t all = options.heap_bytes / kBlockBytes;
  if (all < young + reserve + 2) {
    throw InvalidArgumentError(
        "nursery", std::to_string(options.nursery_bytes),
        "with this heap, what leaves room to promote into: some 2/5 of the heap");
  }
  const std::size_t budget = all - young - reserve;
  constexpr bool kCards = Remembered<kKind>::kCards;
  auto arena =
      std::make_unique<Arena>(nursery * kBlockBytes, survivors * kBlockBytes, budget + reserve,
                              budget * kBlockBytes * 2, kCards, Remembered<kKind>::kFields);
  auto collector = std::make_unique<Generational<kKind>>(heap, *arena, budget);
  return {std::move(arena), std::move(collector)};
}

} // namespace

Made make_generational(HeapCore &heap, BarrierKind barrier) {
  switch (barrier) {
  case BarrierKind::card:
    return make_with<BarrierKind::card>(heap);
  case BarrierKind::card_cond:
    return make_with<BarrierKind::card_cond>(heap);
  case BarrierKind::range_ssb:
    return make_with<BarrierKind::range_ssb>(heap);
  case BarrierKind::object_log_atomic:
    return make_with<BarrierKind::object_log_atomic>(heap);
  case BarrierKind::field_log:
    return make_with<BarrierKind::field_log>(heap);
  default:
    return make_with<BarrierKind::object_log>(heap);
  }
}

} // namespace vmperf::gc
