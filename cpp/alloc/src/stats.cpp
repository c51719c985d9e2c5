// Counts, the walk and the map: read from the bitmaps and magazines when they are asked for.
#include <algorithm>
#include <bit>

#include "core.hpp"
#include "mapped.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/pages.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {
namespace {

std::size_t resident(const void *address, std::size_t bytes) noexcept {
  try {
    return os::resident_bytes(address, bytes);
  } catch (const VmperfError &) {
    return 0;
  }
}

std::uint32_t count_bits(const Remote &remote, std::uint32_t n_words) noexcept {
  std::uint32_t n = 0;
  for (std::uint32_t i = 0; i < n_words; ++i) {
    n += static_cast<std::uint32_t>(std::popcount(remote.words[i].load(std::memory_order_relaxed)));
  }
  return n;
}

} // namespace

// All heaps, under the lock of their list.
template <class F> void Core::each_heap(F f) noexcept {
  const std::scoped_lock lock(heaps_mutex_);
  for (std::uint32_t id = 1; id <= n_heaps_; ++id) {
    f(*heaps_[id].load(std::memory_order_relaxed));
  }
}

// f(unit, word of the table, units) of slabs, spans and free spans (word 0), in address order.
template <class F> void Core::each_extent(F f) noexcept {
  std::uint32_t fresh = 0;
  {
    const std::scoped_lock lock(pages_mutex_);
    fresh = pages_.fresh();
  }
  for (std::uint32_t unit = 1; unit < fresh;) {
    const std::uint32_t word = word_of(unit);
    std::uint32_t n = owner_in(word) != 0 ? class_units(class_in(word)) : 0;
    if (n == 0) {
      const std::scoped_lock lock(pages_mutex_);
      n = std::max<std::uint32_t>(1, pages_.free_length(unit));
    }
    f(unit, word, n);
    unit += n;
  }
}

void Core::count_slabs(Stats &out) noexcept {
  each_extent([&](std::uint32_t unit, std::uint32_t word, std::uint32_t) {
    if (owner_in(word) == 0) {
      return;
    }
    const std::uint32_t size_class = class_in(word);
    ClassStats &stats = out.classes[size_class];
    if (size_class >= kSlabClasses) {
      ++stats.capacity;
      return;
    }
    stats.capacity += kShapes[size_class].capacity;
    stats.free += slabs_[unit].n_free;
    stats.in_flight += count_bits(remotes_[unit], kShapes[size_class].n_words);
  });
}

void Core::count_heaps(Stats &out) noexcept {
  each_heap([&](Heap &heap) {
    ++out.n_heaps;
    out.n_parked += heap.parked ? 1 : 0;
    for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
      out.classes[size_class].in_magazines += heap.count(size_class);
    }
    for (const Coalescer::Slot &slot : heap.coalescer.slots) {
      if (slot.mask != 0) {
        out.classes[class_in(word_of(slot.key / 64))].in_flight +=
            static_cast<std::uint64_t>(std::popcount(slot.mask));
      }
    }
  });
}

void Core::count_spans(Stats &out) noexcept {
  std::uint32_t fresh = 0;
  {
    const std::scoped_lock lock(pages_mutex_);
    fresh = pages_.fresh();
    out.free_span_bytes = pages_.free_units() << kUnitShift;
    out.purged_bytes = pages_.purged_bytes();
  }
  out.arena_bytes = options_.arena_size_bytes;
  out.used_bytes = std::uint64_t{fresh - 1} << kUnitShift;
  out.resident_bytes = resident(base_, std::size_t{fresh} << kUnitShift) +
                       resident(table_, std::size_t{fresh} * sizeof(TableWord)) +
                       resident(slabs_, std::size_t{fresh} * sizeof(Slab)) +
                       resident(remotes_, std::size_t{fresh} * sizeof(Remote));
  const std::scoped_lock lock(mapped_mutex_);
  for (const Mapped *at = mapped_; at != nullptr; at = at->next) {
    ++out.mapped_blocks;
    out.mapped_bytes += at->block_bytes;
    out.resident_bytes += resident(at->start, at->mapped_bytes);
  }
}

void Core::stats(Stats &out) noexcept {
  count_slabs(out);
  count_heaps(out);
  count_spans(out);
  out.live_blocks = out.mapped_blocks;
  out.live_bytes = out.mapped_bytes;
  for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
    ClassStats &stats = out.classes[size_class];
    stats.block_bytes = class_bytes(size_class);
    stats.live = stats.capacity - stats.free - stats.in_magazines - stats.in_flight;
    out.live_blocks += stats.live;
    out.live_bytes += stats.live * stats.block_bytes;
  }
  for (unsigned tag = 0; tag < kMostTags; ++tag) {
    out.tags[tag].blocks = static_cast<std::uint64_t>(tag_blocks_[tag].load());
    out.tags[tag].bytes = static_cast<std::uint64_t>(tag_bytes_[tag].load());
  }
}

// Blocks that no bitmap of a slab has, but a magazine or a coalescer.
void Core::collect_held(FreeWords *taken) noexcept {
  each_heap([&](const Heap &heap) {
    for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
      for (std::size_t i = 1; i <= heap.count(size_class); ++i) {
        const void *block = heap.bottom(size_class)[i];
        const std::uint32_t unit = unit_of(block);
        const auto offset =
            static_cast<std::uint32_t>(static_cast<const std::byte *>(block) - unit_address(unit));
        const std::uint32_t index =
            size_class < kSlabClasses ? kShapes[size_class].index_of(offset) : 0;
        taken[unit][index / 64] |= std::uint64_t{1} << (index % 64);
      }
    }
    for (const Coalescer::Slot &slot : heap.coalescer.slots) {
      taken[slot.key / 64][slot.key % 64] |= slot.mask;
    }
  });
}

// Free blocks are collected in a bitmap of its own, 512 bytes a unit.
bool Core::walk(void (*visit)(void *, const Block &), void *to) noexcept {
  const std::size_t bytes = std::size_t{n_units_} * sizeof(FreeWords);
  auto *taken = static_cast<FreeWords *>(os::map_lazily(bytes));
  if (taken == nullptr) {
    return false;
  }
  collect_held(taken);
  each_extent([&](std::uint32_t unit, std::uint32_t word, std::uint32_t) {
    const std::uint32_t size_class = class_in(word);
    const bool is_slab = size_class < kSlabClasses;
    const std::uint32_t n = is_slab ? kShapes[size_class].capacity : 1U;
    for (std::uint32_t i = 0; i < (owner_in(word) != 0 ? n : 0); ++i) {
      std::uint64_t free = taken[unit][i / 64];
      if (is_slab) {
        free |= slabs_[unit].words[i / 64] |
                remotes_[unit].words[i / 64].load(std::memory_order_relaxed);
      }
      if ((free >> (i % 64) & 1U) == 0) {
        void *block = unit_address(unit) + i * class_bytes(size_class);
        visit(to, {.address = block,
                   .bytes = class_bytes(size_class),
                   .tag = watched_ ? tag_of(block) : 0});
      }
    }
  });
  os::unmap(taken, bytes);
  const std::scoped_lock lock(mapped_mutex_);
  for (const Mapped *at = mapped_; at != nullptr; at = at->next) {
    visit(to, {.address = block_of(at), .bytes = at->block_bytes, .tag = at->tag});
  }
  return true;
}

void Core::extents(void (*visit)(void *, const Extent &), void *to) noexcept {
  each_extent([&](std::uint32_t unit, std::uint32_t word, std::uint32_t n) {
    Extent extent{.offset_bytes = std::size_t{unit} << kUnitShift,
                  .bytes = std::size_t{n} << kUnitShift,
                  .block_bytes = 0,
                  .live_blocks = 0,
                  .n_blocks = 0,
                  .purged_pages = 0};
    if (owner_in(word) != 0) {
      const std::uint32_t size_class = class_in(word);
      const bool is_slab = size_class < kSlabClasses;
      const Slab &slab = slabs_[unit];
      extent.block_bytes = static_cast<std::uint32_t>(class_bytes(size_class));
      extent.n_blocks = is_slab ? slab.capacity : 1;
      extent.live_blocks =
          is_slab ? slab.capacity - slab.n_free - count_bits(remotes_[unit], slab.n_words) : 1;
      extent.purged_pages =
          is_slab ? static_cast<std::uint32_t>(std::popcount(slab.purged_pages)) : 0;
    }
    visit(to, extent);
  });
}

bool Core::owns(const void *block) noexcept {
  if (block == nullptr || !in_arena(block)) {
    return block != nullptr && mapped_bytes_of(block) != 0;
  }
  if (watched_) {
    return judge(block) == Misuse::none;
  }
  const std::uint32_t word = word_of(unit_of(block));
  return owner_in(word) != 0 && is_start(block, word);
}

} // namespace vmperf::alloc
