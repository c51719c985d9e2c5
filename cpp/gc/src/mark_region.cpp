#include "mark_region.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "phases.hpp"
#include "vmperf/base/rng.hpp"

namespace vmperf::gc {

namespace {

/// Adds `bytes` to the hole's cursor; nullptr where they do not fit.
std::byte *cut(Run &run, std::size_t bytes) noexcept {
  if (std::cmp_less(run.limit - run.cursor, bytes)) {
    return nullptr;
  }
  run.cursor += bytes;
  return run.cursor - bytes;
}

} // namespace

std::size_t MarkRegion::block_limit() const noexcept {
  const std::size_t large = (large_.used_bytes() + kBlockBytes - 1) / kBlockBytes;
  return blocks_.budget() - std::min(blocks_.budget(), large);
}

std::byte *MarkRegion::allocate(Mutator &mutator, std::size_t bytes) {
  if (bytes > kLineBytes) {
    std::byte *object = cut(medium_.run, bytes);
    if (object == nullptr) {
      if (!blocks_.take_free(medium_, block_limit())) {
        return nullptr;
      }
      object = cut(medium_.run, bytes);
    }
    std::memset(object, 0, bytes);
    mutator.allocated_bytes += bytes;
    return object;
  }
  if (!blocks_.take_hole(small_, block_limit())) {
    return nullptr;
  }
  const auto taken = static_cast<std::size_t>(small_.run.limit - small_.run.cursor);
  std::memset(small_.run.cursor, 0, taken);
  mutator.run = small_.run;
  mutator.allocated_bytes += taken;
  return cut(mutator.run, bytes);
}

std::byte *MarkRegion::allocate_large(std::size_t bytes) {
  if (MarkRegion::used_bytes() + bytes > limit_bytes_) {
    return nullptr;
  }
  const Ref ref = large_.allocate(bytes);
  return ref == 0 ? nullptr : arena_.at(ref);
}

bool MarkRegion::in_use(Ref ref) const noexcept {
  if (large_.holds(ref)) {
    return large_.begins(ref);
  }
  return blocks_.holds(ref) && blocks_.state(blocks_.block_of(ref)) != BlockState::free;
}

void MarkRegion::check_object(Ref ref, std::size_t bytes, Kind kind) const {
  if (kind != Kind::major) {
    return;
  }
  if (!arena_.marks.test(ref)) {
    throw CorruptionError("a reachable object is not marked");
  }
  if (blocks_.holds(ref) &&
      !(blocks_.line_marked(ref) &&
        blocks_.line_marked(ref + static_cast<Ref>(bytes / kUnitBytes) - 1))) {
    throw CorruptionError("a reachable object lies on a line that counts as a hole");
  }
}

template <bool kArm> void MarkRegion::full(Pause &pause) {
  Phases phases;
  blocks_.clear_marks();
  large_.clear_marks();
  MarkTracer<kArm> tracer(arena_, &blocks_);
  pause.roots_ns += phases.next();
  mark_from_roots(*this, team_, tracer, pause);
  (void)phases.next();
  WeakPass<MarkTracer<kArm>>(heap_.weak_table(), tracer).run();
  forget_holes();
  const std::size_t lines = blocks_.sweep();
  large_.sweep();
  if (evacuates(lines)) {
    evacuate();
  }
  if (heap_.options().verify) {
    blocks_.poison_holes();
  }
  pause.sweep_ns += phases.next();
  pause.kind = Kind::major;
  pause.marked_objects += tracer.objects;
  team_.lived(MarkRegion::used_bytes());
}

template void MarkRegion::full<true>(Pause &pause);
template void MarkRegion::full<false>(Pause &pause);

bool MarkRegion::evacuates(std::size_t live_bytes) const noexcept {
  const std::size_t in_use = blocks_.used() * kBlockBytes;
  return heap_.options().stress != 0 ||
         (blocks_.used() > 2 && (in_use - live_bytes) * 100 > in_use * 15);
}

std::vector<std::uint32_t> MarkRegion::candidates(const std::vector<std::size_t> &live) {
  std::vector<unsigned char> pinned(blocks_.count());
  if (!overlooked_pins()) {
    for (const PinTable::Pin &pin : heap_.pins().pins) {
      if (blocks_.holds(pin.object)) {
        pinned[blocks_.block_of(pin.object)] = 1;
      }
    }
  }
  const bool at_random = heap_.options().stress != 0;
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < blocks_.count(); ++i) {
    if (pinned[i] == 0 && live[i] != 0 &&
        (at_random ? mix64(++draws_) % 2 == 0 : live[i] <= kBlockLines / 2)) {
      found.push_back(i);
    }
  }
  std::ranges::sort(found, [&](std::uint32_t a, std::uint32_t b) { return live[a] < live[b]; });
  return found;
}

// The emptiest blocks, as long as what lives in them fits into free blocks one to one: then no
// hole of the others need be looked at, and nothing can fail half-way.
std::vector<unsigned char> MarkRegion::choose() {
  std::vector<unsigned char> chosen(blocks_.count());
  std::size_t free = blocks_.count() - blocks_.used();
  std::vector<std::size_t> live(blocks_.count());
  for (std::uint32_t i = 0; i < blocks_.count(); ++i) {
    live[i] = blocks_.state(i) == BlockState::free ? 0 : blocks_.live_lines(i);
  }
  // A block of medium objects wastes less than a quarter; two blocks are begun and not filled.
  std::size_t lines = free > 2 ? (free - 2) * kBlockLines * 3 / 4 : 0;
  for (const std::uint32_t i : candidates(live)) {
    if (live[i] > lines) {
      break;
    }
    lines -= live[i];
    chosen[i] = 1;
  }
  return chosen;
}

void MarkRegion::evacuate() {
  const std::vector<unsigned char> chosen = choose();
  const std::size_t least = heap_.options().stress != 0 ? 1 : 2;
  if (std::accumulate(chosen.begin(), chosen.end(), std::size_t{0}) < least) {
    return;
  }
  Hole small;
  Hole medium;
  for (std::uint32_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] != 0) {
      move_out(i, small, medium);
    }
  }
  set_right(chosen);
  for (std::uint32_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] != 0) {
      blocks_.release(i);
    }
  }
  blocks_.sweep();
}

template <class Visit> void MarkRegion::for_each_marked(std::uint32_t block, Visit visit) const {
  const Ref begin = blocks_.block_ref(block);
  for (Ref at = begin; at != begin + (1U << kBlockShift); at += 64) {
    for (std::uint64_t bits = arena_.marks.word(at); bits != 0; bits &= bits - 1) {
      visit(at + static_cast<Ref>(std::countr_zero(bits)));
    }
  }
}

void MarkRegion::move_out(std::uint32_t block, Hole &small, Hole &medium) {
  for_each_marked(block, [&](Ref ref) {
    std::uint64_t &header = arena_.header(ref);
    const std::size_t bytes = object_bytes(header);
    Hole &hole = bytes > kLineBytes ? medium : small;
    std::byte *placed = cut(hole.run, bytes);
    if (placed == nullptr) {
      blocks_.take_free(hole, blocks_.count());
      placed = cut(hole.run, bytes);
    }
    std::memcpy(placed, arena_.at(ref), bytes);
    const Ref now = ref_of(arena_.base(), placed);
    arena_.marks.set(now);
    blocks_.mark_lines(now, bytes);
    moved(now, header);
    header = (header & 0xFFFFFFFFU) | kForwarded | (std::uint64_t{now} << kSizeShift);
  });
}

void MarkRegion::set_right(const std::vector<unsigned char> &chosen) {
  const auto fix = [&](Ref &slot) {
    if (slot != 0 && blocks_.holds(slot) && chosen[blocks_.block_of(slot)] != 0) {
      slot = size_field(arena_.header(slot));
    }
  };
  const auto fix_object = [&](Ref ref) {
    Ref *const slots = references(object_at(arena_.base(), ref));
    const std::size_t count = reference_count(arena_.header(ref));
    for (std::size_t i = 0; i < count; ++i) {
      fix(slots[i]);
    }
  };
  for_each_root(fix);
  WeakTable &weak = heap_.weak_table();
  std::ranges::for_each(weak.weak, fix);
  std::ranges::for_each(weak.finalizers, fix);
  for (WeakTable::Ephemeron &entry : weak.ephemerons) {
    fix(entry.key);
    fix(entry.value);
  }
  large_.for_each(fix_object);
  for (std::uint32_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] == 0 && blocks_.state(i) != BlockState::free) {
      for_each_marked(i, fix_object);
    }
  }
}

} // namespace vmperf::gc
