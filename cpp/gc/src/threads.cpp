// Stopping the world: mutators count as running between attach and detach, but while they stand at
// a safepoint or are parked.
#include <algorithm>

#include "parts.hpp"
#include "vmperf/gc/core.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

namespace {
constexpr std::size_t kStackSlots = std::size_t{2} << 20U;
constexpr std::size_t kLogEntries = 1024;
} // namespace

Mutator::Mutator(HeapCore &heap)
    : heap_(&heap), stack_(kStackSlots * sizeof(Ref)),
      begin_(reinterpret_cast<Ref *>(stack_.data())), top_(begin_), end_(begin_ + kStackSlots),
      log_(kLogEntries) {
  heap.attach(*this);
}

Mutator::~Mutator() {
  heap_->detach(*this);
}

void Mutator::overflow() {
  throw CapacityError("the shadow stack", kStackSlots * sizeof(Ref) + sizeof(Ref),
                      kStackSlots * sizeof(Ref));
}

void HeapCore::attach(Mutator &mutator) {
  Lock lock(parts_->world);
  lock.wait([this] { return !stop_.load(std::memory_order_relaxed); });
  mutators_.push_back(&mutator);
  ++parts_->world.running;
}

void HeapCore::detach(Mutator &mutator) noexcept {
  Lock lock(parts_->world);
  wait_while_stopped(lock);
  // What it remembered is still owed; another may hold the log as well.
  for (std::size_t i = 0; i < mutator.log_count; ++i) {
    orphans_.push_back(mutator.log_entries()[i]);
  }
  retired_allocated_ += mutator.allocated_bytes;
  std::erase(mutators_, &mutator);
  --parts_->world.running;
  parts_->world.changed.notify_all();
}

void HeapCore::wait_while_stopped(Lock &lock) {
  if (!stop_.load(std::memory_order_relaxed)) {
    return;
  }
  --parts_->world.running;
  parts_->world.changed.notify_all();
  lock.wait([this] { return !stop_.load(std::memory_order_relaxed); });
  ++parts_->world.running;
}

void HeapCore::safepoint_slow(Mutator & /*mutator*/) {
  Lock lock(parts_->world);
  wait_while_stopped(lock);
}

void HeapCore::park(Mutator & /*mutator*/) {
  const Lock lock(parts_->world);
  --parts_->world.running;
  parts_->world.changed.notify_all();
}

void HeapCore::unpark(Mutator & /*mutator*/) {
  Lock lock(parts_->world);
  lock.wait([this] { return !stop_.load(std::memory_order_relaxed); });
  ++parts_->world.running;
}

void HeapCore::stop_others(Lock &lock, Mutator & /*mutator*/) {
  wait_while_stopped(lock);
  stop_.store(true, std::memory_order_relaxed);
  lock.wait([this] { return parts_->world.running == 1; });
}

void HeapCore::resume_others() noexcept {
  stop_.store(false, std::memory_order_relaxed);
  parts_->world.changed.notify_all();
}

void HeapCore::collect_locked(Lock &lock, Mutator &mutator, Kind kind, Cause cause) {
  if (mutator.no_gc_depth != 0) {
    throw InvalidArgumentError("collect", "within a NoGcScope", "outside of it");
  }
  Pause pause;
  pause.start_ns = os::now_ns();
  pause.kind = kind;
  pause.cause = cause;
  pause.workers = 1;
  stop_others(lock, mutator);
  pause.ttsp_ns = os::now_ns() - pause.start_ns;
  pause.live_before_bytes = parts_->collector->used_bytes();
  struct Resume {
    HeapCore &heap;
    ~Resume() { heap.resume_others(); }
  } resume{*this};
  run_collection(kind, pause);
  pause.live_after_bytes = parts_->collector->used_bytes();
  pause.ns = os::now_ns() - pause.start_ns;
  if (pauses_.size() == pauses_.capacity()) {
    pauses_.reserve(pauses_.size() * 2);
  }
  pauses_.push_back(pause);
}

} // namespace vmperf::gc
