#include "vmperf/gc/core.hpp"

#include <algorithm>
#include <utility>

#include "collector.hpp"
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

HeapCore::HeapCore(const Options &options, CollectorKind collector, BarrierKind barrier)
    : options_(options), process_(os::process_id()), weak_(std::make_unique<WeakTable>()) {
  options_.collector = collector_names()[static_cast<std::size_t>(collector)];
  options_.barrier = barrier_names()[static_cast<std::size_t>(barrier)];
  check(options_);
  pauses_.reserve(4096); // not grown in a pause, as a rule
  Made made = make(*this, collector, barrier);
  arena_ = std::move(made.arena);
  collector_ = std::move(made.collector);
  base_ = arena_->base();
  if (collector == CollectorKind::gen_immix) {
    young_begin_ = arena_->layout.young_begin;
    young_units_ = static_cast<Ref>(arena_->layout.young_units());
  }
  cards_ = arena_->cards();
  field_bits_ = arena_->fields();
  if (options_.pretouch) {
    arena_->pretouch(arena_->layout.n_blocks);
  }
}

HeapCore::~HeapCore() = default;

void HeapCore::check_process() const {
  if (os::process_id() != process_) {
    throw UnsupportedError("a heap cannot be used after fork: its threads are not here; make a new "
                           "one in the child");
  }
}

Ref HeapCore::allocate_slow(Mutator &mutator, std::uint64_t header, std::size_t bytes) {
  Lock lock(mutex_);
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
      object = collector_->allocate_large(bytes);
      mutator.allocated_bytes += object != nullptr ? bytes : 0;
    } else {
      object = collector_->take(mutator, bytes);
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
                              std::to_string(collector_->used_bytes()) + " bytes in use",
                          bytes, collector_->limit_bytes());
    }
    const Kind due = attempt == 0 && !large ? collector_->due() : Kind::major;
    collect_locked(lock, mutator, due,
                   attempt == 2         ? Cause::last_resort
                   : due == Kind::minor ? Cause::nursery_full
                                        : Cause::heap_full);
  }
}

void HeapCore::collect(Mutator &mutator, Kind kind, Cause cause) {
  check_process();
  Lock lock(mutex_);
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
    Snapshot before(*this, *collector_);
    before.check_remembered();
    collector_->collect(kind, pause);
    before.check_after(pause.kind);
  } else {
    collector_->collect(kind, pause);
  }
}

std::uint64_t HeapCore::allocated_bytes() const {
  std::uint64_t total = retired_allocated_;
  for (const Mutator *mutator : mutators_) {
    total += mutator->allocated_bytes;
  }
  return total;
}

std::uint64_t HeapCore::used_bytes() const {
  return collector_->used_bytes();
}

void HeapCore::verify(Mutator &mutator) {
  Lock lock(mutex_);
  stop_others(lock, mutator);
  struct Resume {
    HeapCore &heap;
    ~Resume() { heap.resume_others(); }
  } resume{*this};
  Snapshot now(*this, *collector_);
  now.check_remembered();
}

void HeapCore::add_root(Ref *slot) {
  const Lock lock(mutex_);
  roots_.push_back(slot);
}

void HeapCore::remove_root(Ref *slot) {
  const Lock lock(mutex_);
  std::erase(roots_, slot);
}

WeakId HeapCore::add_weak(Ref target) {
  const Lock lock(mutex_);
  if (!weak_->unused.empty()) {
    const WeakId id = weak_->unused.back();
    weak_->unused.pop_back();
    weak_->weak[id] = target;
    return id;
  }
  weak_->weak.push_back(target);
  return static_cast<WeakId>(weak_->weak.size() - 1);
}

Ref HeapCore::weak(WeakId id) const {
  if (id >= weak_->weak.size()) {
    throw InvalidArgumentError("id", std::to_string(id), "an id that add_weak() gave");
  }
  return weak_->weak[id];
}

void HeapCore::remove_weak(WeakId id) {
  (void)weak(id);
  const Lock lock(mutex_);
  weak_->weak[id] = 0;
  weak_->unused.push_back(id);
}

void HeapCore::add_ephemeron(Ref key, Ref value) {
  const Lock lock(mutex_);
  weak_->ephemerons.push_back({key, value});
}

void HeapCore::add_finalizer(Ref object) {
  const Lock lock(mutex_);
  weak_->finalizers.push_back(object);
}

Ref HeapCore::take_finalizable() {
  const Lock lock(mutex_);
  if (weak_->due.empty()) {
    return 0;
  }
  const Ref object = weak_->due.back();
  weak_->due.pop_back();
  return object;
}

} // namespace vmperf::gc
