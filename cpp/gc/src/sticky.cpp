// Sticky Immix: generations without a nursery. What has a mark is old and keeps it; a minor
// collection marks what is new from the roots and from the old objects that were written to, and
// the lines of what it does not reach are holes again. Only evacuation in a full one moves.
// Sources: Demers et al. 1990 (sticky mark bits); Blackburn and McKinley 2008.
#include <unordered_set>

#include "mark_region.hpp"
#include "phases.hpp"

namespace vmperf::gc {

namespace {

class Sticky final : public MarkRegion {
public:
  using MarkRegion::MarkRegion;

  void collect(Kind kind, Pause &pause) override {
    if (kind == Kind::minor) {
      minor(pause);
    } else {
      full<true>(pause);
      minors_freed_enough_ = true;
    }
    clear_logs();
  }

  // Minor collections as long as they leave an eighth of the space to allocate in.
  [[nodiscard]] Kind due(bool large) const noexcept override {
    return minors_freed_enough_ && !large ? Kind::minor : Kind::major;
  }

  [[nodiscard]] bool crosses(Ref object, Ref value) const noexcept override {
    return arena_.marks.test(object) && !arena_.marks.test(value);
  }
  void begin_check() override {
    logged_.clear();
    for_each_log([this](std::uint32_t entry) { logged_.insert(entry); });
  }
  [[nodiscard]] bool remembers(Ref object, const Ref * /*slot*/) override {
    return logged_.contains(object);
  }

private:
  template <class Visit> void for_each_log(Visit visit) const {
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

  void minor(Pause &pause) {
    Phases phases;
    MarkTracer<true> tracer(arena_, &blocks_);
    for_each_log([&](Ref object) { tracer.scan(object); });
    pause.remset_ns = phases.next();
    for_each_root([&](const Ref &root) { tracer.visit(root); });
    pause.roots_ns = phases.next();
    tracer.drain();
    pause.mark_ns = phases.next();
    WeakPass<MarkTracer<true>>(heap_.weak_table(), tracer).run();
    forget_holes();
    const std::size_t lines = blocks_.sweep();
    large_.sweep();
    minors_freed_enough_ = lines + large_.used_bytes() < limit_bytes_ / 8 * 7;
    if (heap_.options().verify) {
      blocks_.poison_holes();
    }
    pause.sweep_ns = phases.next();
    pause.kind = Kind::minor;
    pause.marked_objects = tracer.objects;
    pause.promoted_bytes = tracer.live_bytes;
  }

  bool minors_freed_enough_ = true;
  std::unordered_set<std::uint32_t> logged_;
};

} // namespace

Made make_sticky(HeapCore &heap) {
  const std::size_t blocks = heap.options().heap_bytes / kBlockBytes;
  auto arena = std::make_unique<Arena>(0, 0, blocks, blocks * kBlockBytes * 2, false, false);
  auto collector = std::make_unique<Sticky>(heap, *arena, blocks - blocks / 20);
  return {std::move(arena), std::move(collector)};
}

} // namespace vmperf::gc
