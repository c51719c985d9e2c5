#include "vmperf/gc/core.hpp"

#include <algorithm>
#include <utility>

#include "parts.hpp"
#include "verifier.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::gc {

namespace {

Made make(HeapCore &heap, CollectorKind collector, BarrierKind barrier) {
  switch (collector) {
  case CollectorKind::semispace:
    return make_semispace(heap);
  case CollectorKind::mark_sweep:
    return make_mark_sweep(heap);
  case CollectorKind::immix:
    return make_immix(heap);
  case CollectorKind::sticky_immix:
    return make_sticky(heap);
  default:
    return make_generational(heap, barrier);
  }
}

} // namespace

HeapCore::HeapCore(Options options, CollectorKind collector, BarrierKind barrier)
    : options_(std::move(options)), process_(os::process_id()) {
  options_.collector = collector_names()[static_cast<std::size_t>(collector)];
  options_.barrier = barrier_names()[static_cast<std::size_t>(barrier)];
  check(options_);
  pauses_.reserve(4096); // not grown in a pause, as a rule
  auto parts = std::make_unique<HeapParts>();
  Made made = make(*this, collector, barrier);
  parts->arena = std::move(made.arena);
  parts->collector = std::move(made.collector);
  const Arena &arena = *parts->arena;
  base_ = arena.base();
  if (collector == CollectorKind::gen_immix) {
    young_begin_ = arena.layout.young_begin;
    young_units_ = static_cast<Ref>(arena.layout.young_units());
  }
  cards_ = arena.cards();
  field_bits_ = arena.fields();
  if (options_.pretouch) {
    arena.pretouch(arena.layout.n_blocks);
  }
  parts_ = parts.release();
}

HeapCore::~HeapCore() {
  delete parts_;
}

WeakTable &HeapCore::weak_table() const noexcept {
  return parts_->weak;
}

void HeapCore::check_process() const {
  if (os::process_id() != process_) {
    throw UnsupportedError("a heap cannot be used after fork: its threads are not here; make a new "
                           "one in the child");
  }
}

Ref HeapCore::allocate_slow(Mutator &mutator, std::uint64_t header, std::size_t bytes) {
  Lock lock(parts_->world);
  wait_while_stopped(lock);
  if (mutator.slow_allocations++ % 64 == 0) {
    check_process();
  }
  if (options_.stress != 0 && ++stress_count_ % options_.stress == 0) {
    const bool full = mix64(stress_count_) % 4 == 0;
    collect_locked(lock, mutator, full ? Kind::major : Kind::minor, Cause::stress);
  }
  if (options_.stress != 0) {
    mutator.run = std::exchange(mutator.held_run, {});
    mutator.cells = std::exchange(mutator.held_cells, {});
  }
  const bool large = bytes > kLargeBytes;
  for (unsigned attempt = 0;; ++attempt) {
    std::byte *object = nullptr;
    if (large) {
      object = parts_->collector->allocate_large(bytes);
      mutator.allocated_bytes += object != nullptr ? bytes : 0;
    } else {
      object = parts_->collector->take(mutator, bytes);
    }
    if (object != nullptr) {
      *reinterpret_cast<std::uint64_t *>(object) |= header; // a collector may have set a flag
      if (options_.stress != 0) {
        mutator.held_run = std::exchange(mutator.run, {});
        mutator.held_cells = std::exchange(mutator.cells, {});
      }
      return ref_of(base_, object);
    }
    if (attempt == 3) {
      throw CapacityError("the heap is full after a full collection, with " +
                              std::to_string(parts_->collector->used_bytes()) + " bytes in use",
                          bytes, parts_->collector->limit_bytes());
    }
    const Kind due = attempt == 0 ? parts_->collector->due(large) : Kind::major;
    const Cause full = due == Kind::minor ? Cause::nursery_full : Cause::heap_full;
    collect_locked(lock, mutator, due, attempt == 2 ? Cause::last_resort : full);
  }
}

void HeapCore::collect(Mutator &mutator, Kind kind, Cause cause) {
  check_process();
  Lock lock(parts_->world);
  wait_while_stopped(lock);
  collect_locked(lock, mutator, kind, cause);
}

void HeapCore::run_collection(Kind kind, Pause &pause) {
  for (Mutator *mutator : mutators_) {
    mutator->run = {};
    mutator->medium = {};
    mutator->cells = {};
    mutator->held_run = {};
    mutator->held_cells = {};
    mutator->block = mutator->medium_block = 0;
    pause.remembered += mutator->log_count;
  }
  if (options_.verify) {
    Snapshot before(*this, *parts_->collector);
    before.check_remembered();
    parts_->collector->collect(kind, pause);
    before.check_after(pause.kind);
  } else {
    parts_->collector->collect(kind, pause);
  }
}

std::uint64_t HeapCore::allocated_bytes() const {
  std::uint64_t total = retired_allocated_;
  for (const Mutator *mutator : mutators_) {
    total += mutator->allocated_bytes;
  }
  return total;
}

const std::vector<Decision> &HeapCore::decisions() const noexcept {
  static const std::vector<Decision> none;
  const std::vector<Decision> *const found = parts_->collector->decisions();
  return found == nullptr ? none : *found;
}

std::uint64_t HeapCore::used_bytes() const {
  return parts_->collector->used_bytes();
}

void HeapCore::verify(Mutator &mutator) {
  Lock lock(parts_->world);
  stop_others(lock, mutator);
  struct Resume {
    HeapCore &heap;
    ~Resume() { heap.resume_others(); }
  } resume{*this};
  Snapshot now(*this, *parts_->collector);
  now.check_remembered();
}

void HeapCore::add_root(Ref *slot) {
  const Lock lock(parts_->world);
  roots_.push_back(slot);
}

void HeapCore::remove_root(Ref *slot) {
  const Lock lock(parts_->world);
  std::erase(roots_, slot);
}

WeakId HeapCore::add_weak(Ref target) {
  const Lock lock(parts_->world);
  if (!parts_->weak.unused.empty()) {
    const WeakId id = parts_->weak.unused.back();
    parts_->weak.unused.pop_back();
    parts_->weak.weak[id] = target;
    return id;
  }
  parts_->weak.weak.push_back(target);
  return static_cast<WeakId>(parts_->weak.weak.size() - 1);
}

Ref HeapCore::weak(WeakId id) const {
  if (id >= parts_->weak.weak.size()) {
    throw InvalidArgumentError("id", std::to_string(id), "an id that add_weak() gave");
  }
  return parts_->weak.weak[id];
}

void HeapCore::remove_weak(WeakId id) {
  (void)weak(id);
  const Lock lock(parts_->world);
  parts_->weak.weak[id] = 0;
  parts_->weak.unused.push_back(id);
}

void HeapCore::add_ephemeron(Ref key, Ref value) {
  const Lock lock(parts_->world);
  parts_->weak.ephemerons.push_back({key, value});
}

void HeapCore::add_finalizer(Ref object) {
  const Lock lock(parts_->world);
  parts_->weak.finalizers.push_back(object);
}

Ref HeapCore::take_finalizable() {
  const Lock lock(parts_->world);
  if (parts_->weak.due.empty()) {
    return 0;
  }
  const Ref object = parts_->weak.due.back();
  parts_->weak.due.pop_back();
  return object;
}

} // namespace vmperf::gc
