// Heaps of threads: made, taken over from a thread that ended, parked.
#include <new>

#include "core.hpp"
#include "threads.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::uint32_t kFirstLimit = 32; // of a magazine

} // namespace

Heap *Core::heap() noexcept {
  HeapFront *known = t_record->real[place_];
  return known != nullptr ? static_cast<Heap *>(known) : take_heap();
}

Heap *Core::take_heap() noexcept {
  ThreadRecord *record = threads::own_record();
  if (record == nullptr) {
    return nullptr;
  }
  if (record->real[place_] != nullptr) { // by an allocation of own_record()
    return static_cast<Heap *>(record->real[place_]);
  }
  const std::scoped_lock lock(heaps_mutex_);
  Heap *heap = parked_;
  if (heap != nullptr) {
    parked_ = heap->next_parked;
    heap->parked = false;
  } else {
    heap = make_heap();
  }
  if (heap != nullptr) {
    heap->tick = now();
    record->real[place_] = heap;
    if (!watched_) {
      record->fast[place_] = heap;
    }
  }
  return heap;
}

Heap *Core::make_heap() noexcept {
  if (n_heaps_ + 1 >= kMostHeaps) {
    return nullptr;
  }
  constexpr std::size_t kEntriesAt = (sizeof(Heap) + 63) / 64 * 64;
  void *memory = os::map_lazily(kEntriesAt + kEntryOffsets[kClasses] * sizeof(void *));
  if (memory == nullptr) {
    return nullptr;
  }
  auto *heap = new (memory) Heap(nullptr);
  heap->entries = reinterpret_cast<void **>(static_cast<std::byte *>(memory) + kEntriesAt);
  for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
    const std::uint32_t most = most_entries(size_class);
    const std::uint32_t limit = most < kFirstLimit ? most : kFirstLimit;
    void **bottom = heap->bottom(size_class); // null, as all of a new mapping is
    heap->classes[size_class].limit = limit;
    heap->magazines[size_class] = {.top = bottom, .limit = bottom + limit};
  }
  heap->first_unit = reinterpret_cast<std::uintptr_t>(base_) >> kUnitShift;
  heap->n_units = n_units_;
  heap->table = reinterpret_cast<std::uintptr_t>(table_) - heap->first_unit * sizeof(TableWord);
  heap->id = ++n_heaps_;
  heap->owner = heap->id << kOwnerShift;
  heap->tick = now();
  heaps_[heap->id].store(heap, std::memory_order_release);
  return heap;
}

void Core::park(Heap &heap) noexcept {
  flush(heap);
  drain(heap);
  empty_magazines(heap);
  const std::scoped_lock lock(heaps_mutex_);
  heap.parked = true;
  heap.next_parked = parked_;
  parked_ = &heap;
}

} // namespace vmperf::alloc
