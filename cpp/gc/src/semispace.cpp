// Semispace: all that lives is copied from one half to the other; what is left behind is free.
// Allocation adds to a cursor; a collection costs what lives. Large objects are marked, not moved.
//   [ half A | half B ]   (young memory of the arena: its nursery is the two halves)
// Source: Cheney 1970; depth first here, so that a parent and its child share a line.
#include <algorithm>

#include "collector.hpp"
#include "phases.hpp"
#include "vmperf/gc/faults.hpp"

namespace vmperf::gc {

namespace {

constexpr std::size_t kRunBytes = 32768;

class Semispace final : public Collector {
public:
  Semispace(HeapCore &heap, Arena &arena, std::size_t half)
      : Collector(heap, arena, half), half_(half) {
    use_half(0);
  }

  std::byte *allocate(Mutator &mutator, std::size_t bytes) override {
    const auto room = static_cast<std::size_t>(end_ - cursor_);
    const std::size_t left = std::min(room, limit_bytes_ - std::min(limit_bytes_, used_bytes()));
    if (left < bytes) {
      return nullptr;
    }
    const std::size_t taken = std::min(left, std::max(bytes, kRunBytes)) & ~std::size_t{7};
    std::byte *const begin = cursor_;
    cursor_ += taken;
    std::memset(begin, 0, taken);
    mutator.run = {begin + bytes, begin + taken};
    mutator.allocated_bytes += taken;
    return begin;
  }

  std::byte *allocate_large(std::size_t bytes) override {
    if (used_bytes() + bytes > limit_bytes_) {
      return nullptr;
    }
    const Ref ref = large_.allocate(bytes);
    return ref == 0 ? nullptr : arena_.at(ref);
  }

  void collect(Kind /*kind*/, Pause &pause) override {
    Phases phases;
    from_begin_ = ref_of(arena_.base(), begin_);
    from_units_ = static_cast<Ref>(half_ / kUnitBytes);
    std::byte *const old_begin = begin_;
    const auto old_bytes = static_cast<std::size_t>(cursor_ - begin_);
    use_half(1 - active_);
    large_.clear_marks();
    for_each_root([this](Ref &slot) { keep(slot); });
    pause.roots_ns = phases.next();
    drain();
    pause.copy_ns = phases.next();
    WeakPass<Semispace>(heap_.weak_table(), *this).run();
    large_.sweep();
    if (heap_.options().verify) {
      std::memset(old_begin, 0xDB, old_bytes);
    }
    pause.sweep_ns = phases.next();
    pause.kind = Kind::major;
    pause.copied_objects = copied_;
    copied_ = 0;
  }

  [[nodiscard]] bool can_pin() const noexcept override { return false; }
  [[nodiscard]] std::uint64_t used_bytes() const noexcept override {
    return static_cast<std::size_t>(cursor_ - begin_) + large_.used_bytes();
  }
  [[nodiscard]] bool in_use(Ref ref) const noexcept override {
    const std::byte *const at = arena_.at(ref);
    return (at >= begin_ && at < cursor_) || large_.begins(ref);
  }
  void check_object(Ref ref, std::size_t /*bytes*/, Kind /*kind*/) const override {
    if (large_.holds(ref) && !arena_.marks.test(ref)) {
      throw CorruptionError("a reachable large object is not marked");
    }
  }

  // The face of a tracer.
  [[nodiscard]] bool dead(Ref ref) const noexcept {
    return ref - from_begin_ < from_units_ ? (arena_.header(ref) & kForwarded) == 0
                                           : large_.holds(ref) && !arena_.marks.test(ref);
  }
  [[nodiscard]] Ref now(Ref ref) const noexcept {
    return ref - from_begin_ < from_units_ ? size_field(arena_.header(ref)) : ref;
  }
  void keep(Ref &slot) {
    const Ref ref = slot;
    if (ref == 0 || skipped_slot()) {
      return;
    }
    if (ref - from_begin_ < from_units_) {
      slot = move(ref);
    } else if (large_.holds(ref) && arena_.marks.set(ref)) {
      note(ref, ref);
    }
  }
  void drain() {
    while (!stack_.empty()) {
      std::uint64_t *const object = object_at(arena_.base(), stack_.back());
      stack_.pop_back();
      Ref *const slots = references(object);
      const std::size_t count = reference_count(*object);
      for (std::size_t i = 0; i < count; ++i) {
        keep(slots[i]);
      }
    }
  }
  std::vector<Ref> *found = nullptr;

private:
  void use_half(unsigned half) noexcept {
    active_ = half;
    begin_ = arena_.at(arena_.layout.young_begin) + half * half_;
    cursor_ = begin_;
    end_ = begin_ + half_;
  }
  void note(Ref old, Ref placed) {
    stack_.push_back(placed);
    if (found != nullptr) [[unlikely]] {
      found->push_back(old);
    }
  }
  Ref move(Ref ref) {
    std::uint64_t &header = arena_.header(ref);
    if ((header & kForwarded) != 0) {
      return size_field(header);
    }
    const std::size_t bytes = object_bytes(header);
    std::memcpy(cursor_, arena_.at(ref), bytes);
    const Ref placed = ref_of(arena_.base(), cursor_);
    cursor_ += bytes;
    header = (header & 0xFFFFFFFFU) | kForwarded | (std::uint64_t{placed} << kSizeShift);
    ++copied_;
    note(ref, placed);
    return placed;
  }

  std::size_t half_;
  unsigned active_ = 0;
  std::byte *begin_ = nullptr, *cursor_ = nullptr, *end_ = nullptr;
  Ref from_begin_ = 0, from_units_ = 0;
  std::uint64_t copied_ = 0;
  std::vector<Ref> stack_;
};

} // namespace

Made make_semispace(HeapCore &heap) {
  const std::size_t half = heap.options().heap_bytes / 2 & ~(kBlockBytes - 1);
  auto arena = std::make_unique<Arena>(half * 2, 0, 0, half * 2, false, false);
  auto collector = std::make_unique<Semispace>(heap, *arena, half);
  return {std::move(arena), std::move(collector)};
}

} // namespace vmperf::gc
