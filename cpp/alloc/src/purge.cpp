// Memory given back to the system. A tick is a quarter of the purge delay; what was freed four
// ticks ago and not used since goes. There is no thread for it: threads look at the clock once in
// 16 slow paths, and tidy up when a tick has passed.
//   free spans         their runs of units that are old enough
//   holes              pages of a slab all of whose blocks are free, once no spill came for as long
//   magazines          those of spans lose half their entries a tick
//   remote frees       what is held back for other heaps is sent
#include <algorithm>
#include <bit>
#include <limits>

#include "core.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr unsigned kTicksOfDelay = 4;
constexpr std::uint32_t kTurnsPerLook = 16;
constexpr std::size_t kMostPerTick = std::size_t{32} << 20U; // some 2 ms of the system
constexpr std::size_t kPage = 4096, kPages = kUnitBytes / kPage;

// Pages of a slab without a live block, one bit each. The tail behind the last block was never
// touched, and does not count.
std::uint16_t free_pages_of(const Slab &slab) noexcept {
  const ClassShape &shape = kShapes[slab.size_class];
  const std::size_t used = std::size_t{shape.capacity} * shape.bytes;
  std::uint32_t live = ~((1U << ((used + kPage - 1) / kPage)) - 1U);
  for (std::size_t word = 0; word < shape.n_words; ++word) {
    const std::size_t n = std::min<std::size_t>(64, shape.capacity - word * 64);
    std::uint64_t bits = ~slab.words[word];
    bits &= n == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    for (; bits != 0; bits &= bits - 1) {
      const auto index = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const std::size_t first = index * shape.bytes / kPage;
      const std::size_t last = ((index + 1) * shape.bytes - 1) / kPage;
      live |= ((2U << last) - 1U) & ~((1U << first) - 1U);
    }
  }
  return static_cast<std::uint16_t>(~live);
}

} // namespace

std::uint8_t Core::now() const noexcept {
  if (options_.purge_delay_ms < 0) {
    return 1;
  }
  const std::int64_t tick_ms = std::max<std::int64_t>(1, options_.purge_delay_ms / kTicksOfDelay);
  return static_cast<std::uint8_t>(os::coarse_now_ns() / 1'000'000 / tick_ms % PageHeap::kTicks +
                                   1);
}

void Core::tidy_if_due(Heap &heap) noexcept {
  if (heap.purge_asked.load(std::memory_order_relaxed)) {
    purge_heap(heap);
  }
  if (++heap.turns % kTurnsPerLook != 0) {
    return;
  }
  if (const std::uint8_t tick = now(); tick != heap.tick) {
    tidy(heap, tick);
  }
}

void Core::tidy(Heap &heap, std::uint8_t tick) noexcept {
  heap.tick = tick;
  flush(heap);
  drain(heap);
  for (unsigned size_class = kSlabClasses; size_class < kClasses; ++size_class) {
    if (const std::size_t n = heap.count(size_class); n != 0) {
      spill(heap, size_class, (n + 1) / 2);
    }
  }
  purge_holes(heap, tick, kTicksOfDelay);
  if (purged_tick_.load(std::memory_order_relaxed) != tick &&
      purge_pages(tick, kTicksOfDelay, kMostPerTick) < kMostPerTick) {
    purged_tick_.store(tick, std::memory_order_relaxed);
  }
}

std::size_t Core::purge_pages(std::uint8_t tick, unsigned age, std::size_t most_bytes) noexcept {
  const std::scoped_lock lock(pages_mutex_);
  return pages_.purge(tick, age, most_bytes);
}

void Core::drop_holes(std::uint32_t unit) noexcept {
  Slab &slab = slabs_[unit];
  const std::uint32_t due = free_pages_of(slab) & ~std::uint32_t{slab.purged_pages};
  for (std::size_t page = 0; page < kPages; ++page) {
    std::size_t end = page;
    while (end < kPages && (due >> end & 1U) != 0) {
      ++end;
    }
    if (end != page && os::drop_pages(unit_address(unit) + page * kPage, (end - page) * kPage)) {
      slab.purged_pages |= static_cast<std::uint16_t>((1U << end) - (1U << page));
      page = end;
    }
  }
}

void Core::purge_holes(Heap &heap, std::uint8_t tick, unsigned age) noexcept {
  for (unsigned size_class = 0; size_class < kSlabClasses; ++size_class) {
    for (std::uint32_t unit = heap.classes[size_class].head; unit != 0; unit = slabs_[unit].next) {
      Slab &slab = slabs_[unit];
      const unsigned passed = (unsigned{tick} + PageHeap::kTicks - slab.stamp) % PageHeap::kTicks;
      if (slab.stamp == 0 || passed < age) {
        continue;
      }
      slab.stamp = 0; // until the next spill
      if (std::size_t{slab.n_free} * kShapes[size_class].bytes >= kPage) {
        drop_holes(unit);
      }
    }
  }
}

void Core::empty_magazines(Heap &heap) noexcept {
  for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
    if (const std::size_t n = heap.count(size_class); n != 0) {
      spill(heap, size_class, n);
    }
  }
}

void Core::release_free_slabs(Heap &heap) noexcept {
  for (unsigned size_class = 0; size_class < kSlabClasses; ++size_class) {
    for (std::uint32_t unit = heap.classes[size_class].head; unit != 0;) {
      const std::uint32_t next = slabs_[unit].next;
      if (slabs_[unit].n_free == slabs_[unit].capacity &&
          remotes_[unit].pending.load(std::memory_order_acquire) == 0) {
        unlink(heap, unit);
        free_span(unit, size_class);
      }
      unit = next;
    }
  }
}

void Core::purge_heap(Heap &heap) noexcept {
  heap.purge_asked.store(false, std::memory_order_relaxed);
  heap.tick = now();
  flush(heap);
  drain(heap);
  empty_magazines(heap);
  release_free_slabs(heap);
  purge_holes(heap, heap.tick, 0);
}

void Core::purge() noexcept {
  Heap *mine = heap();
  if (mine != nullptr) {
    flush(*mine); // first: it may be for a parked one
  }
  {
    const std::scoped_lock lock(heaps_mutex_);
    for (std::uint32_t id = 1; id <= n_heaps_; ++id) {
      Heap &heap = *heaps_[id].load(std::memory_order_relaxed);
      if (heap.parked) {
        purge_heap(heap);
      } else if (&heap != mine && &heap != orphan_) {
        heap.purge_asked.store(true, std::memory_order_relaxed);
      }
    }
  }
  if (mine != nullptr) {
    purge_heap(*mine);
  }
  if (orphan_ != nullptr) {
    const std::scoped_lock lock(orphan_mutex_);
    purge_heap(*orphan_);
  }
  purge_pages(now(), 0, std::numeric_limits<std::size_t>::max());
}

// The arena has no room: what the heap keeps, and what parked ones do, may make some.
void Core::relieve(Heap &heap) noexcept {
  flush(heap);
  drain(heap);
  empty_magazines(heap);
  release_free_slabs(heap);
  const std::scoped_lock lock(heaps_mutex_);
  for (Heap *parked = parked_; parked != nullptr; parked = parked->next_parked) {
    drain(*parked);
    release_free_slabs(*parked);
  }
}

} // namespace vmperf::alloc
