// Blocks of whole units, from 40 KiB to 256 MiB, and what allocate, calloc, realloc and free do
// beside the inlined path.
#include <algorithm>
#include <cstring>

#include "core.hpp"
#include "vmperf/base/align.hpp"

namespace vmperf::alloc {

void *Core::allocate_span(Heap &heap, unsigned size_class, bool &zero) noexcept {
  tidy_if_due(heap);
  for (int tries = 0; tries < 2; ++tries) {
    std::uint32_t unit = 0;
    {
      const std::scoped_lock lock(pages_mutex_);
      unit = pages_.allocate(class_units(size_class), zero);
    }
    if (unit != 0) {
      table_[unit].store(heap.owner | class_bits(size_class), std::memory_order_release);
      return unit_address(unit);
    }
    if (tries == 0) {
      relieve(heap);
    }
  }
  return nullptr;
}

void *Core::allocate_aligned_span(Heap &heap, unsigned size_class, std::size_t alignment) noexcept {
  bool zero = false;
  if (alignment <= kUnitBytes) {
    return allocate_span(heap, size_class, zero);
  }
  std::uint32_t unit = 0;
  {
    const std::scoped_lock lock(pages_mutex_);
    unit = pages_.allocate_aligned(class_units(size_class), alignment, zero);
  }
  if (unit == 0) {
    return nullptr;
  }
  table_[unit].store(heap.owner | class_bits(size_class), std::memory_order_release);
  return unit_address(unit);
}

// Also of a slab: a span of one unit.
void Core::free_span(std::uint32_t unit, unsigned size_class) noexcept {
  table_[unit].store(0, std::memory_order_release);
  const std::uint8_t tick = now();
  {
    const std::scoped_lock lock(pages_mutex_);
    pages_.free(unit, class_units(size_class), tick);
  }
  if (options_.purge_delay_ms == 0) {
    purge_pages(tick, 0, kUnitBytes * class_units(size_class));
  }
}

bool Core::grow_span(void *block, unsigned old_class, unsigned new_class) noexcept {
  const std::uint32_t unit = unit_of(block);
  const std::uint32_t before = class_units(old_class);
  const std::uint32_t after = class_units(new_class);
  if (after > before) {
    const std::scoped_lock lock(pages_mutex_);
    if (!pages_.extend(unit, before, after - before)) {
      return false;
    }
  }
  table_[unit].store((word_of(unit) & kOwnerMask) | class_bits(new_class),
                     std::memory_order_release);
  return true;
}

void *Core::allocate_in(Heap &heap, unsigned size_class, unsigned tag) noexcept {
  void *block = heap.pop(size_class);
  if (block == nullptr) {
    bool zero = false;
    block = size_class < kSlabClasses ? refill(heap, size_class)
                                      : allocate_span(heap, size_class, zero);
  }
  if (watched_ && block != nullptr) {
    mark(block, class_bytes(size_class), tag);
  }
  return block;
}

void *Core::allocate(std::size_t size, unsigned tag) noexcept {
  if (size > kSpanMost) {
    return map_block(size, 0, tag);
  }
  const unsigned size_class = class_of(std::max<std::size_t>(size, 1));
  void *block = nullptr;
  if (Heap *mine = heap()) {
    block = allocate_in(*mine, size_class, tag);
  } else if (orphan_ != nullptr) {
    const std::scoped_lock lock(orphan_mutex_);
    block = allocate_in(*orphan_, size_class, tag);
  }
  // The arena is full: a large block finds place beside it.
  return block == nullptr && size > kSlabMost ? map_block(size, 0, tag) : block;
}

void *Core::allocate_zeroed(std::size_t size) noexcept {
  Heap *mine = heap();
  const unsigned size_class =
      size > kSpanMost ? kClasses : class_of(std::max<std::size_t>(size, 1));
  bool zero = false;
  void *block = nullptr;
  if (size_class < kClasses && size_class >= kSlabClasses && mine != nullptr && !watched_) {
    block = mine->pop(size_class);
    if (block == nullptr) {
      block = allocate_span(*mine, size_class, zero);
    }
  }
  if (block == nullptr) {
    block = allocate(size, 0);
    zero = block != nullptr && !in_arena(block); // a mapping of its own
  }
  if (block != nullptr && !zero) {
    std::memset(block, 0, size);
  }
  return block;
}

void *Core::allocate_aligned(std::size_t alignment, std::size_t size) noexcept {
  if (!is_power_of_two(alignment) || size > kMostBytes || alignment > kMostBytes - size) {
    return nullptr;
  }
  size = std::max<std::size_t>(size, 1);
  if (size > kSpanMost || alignment > kSpanMost) {
    return map_block(size, alignment, 0);
  }
  unsigned size_class = class_of(size);
  while (size_class < kSlabClasses && class_bytes(size_class) % alignment != 0) {
    ++size_class;
  }
  if (size_class < kSlabClasses) {
    return allocate(class_bytes(size_class), 0);
  }
  Heap *mine = heap();
  void *block = mine == nullptr ? nullptr : allocate_aligned_span(*mine, size_class, alignment);
  if (block == nullptr) {
    return map_block(size, alignment, 0);
  }
  if (watched_) {
    mark(block, class_bytes(size_class), 0);
  }
  return block;
}

Misuse Core::deallocate(void *block) noexcept {
  if (block == nullptr) {
    return Misuse::none;
  }
  if (!in_arena(block)) {
    return unmap_block(block) ? Misuse::none : Misuse::foreign;
  }
  const std::uint32_t word = word_of(unit_of(block));
  if (watched_) {
    if (const Misuse wrong = unmark(block, word); wrong != Misuse::none) {
      return wrong;
    }
  } else if (owner_in(word) == 0) {
    return Misuse::foreign;
  }
  Heap *mine = heap();
  if (mine == nullptr) {
    free_without_heap(block, word);
  } else if ((word & kOwnerMask) == mine->owner) {
    give_back(*mine, block);
  } else {
    free_remote(*mine, block, word);
  }
  return Misuse::none;
}

std::size_t Core::usable_size(const void *block) noexcept {
  if (block == nullptr || !in_arena(block)) {
    return block == nullptr ? 0 : mapped_bytes_of(block);
  }
  const std::uint32_t word = word_of(unit_of(block));
  return owner_in(word) == 0 ? 0 : class_bytes(class_in(word));
}

// In place where the class stays, or a shrunk block keeps at least half of itself in use.
void *Core::reallocate(void *block, std::size_t size, Misuse &misuse) noexcept {
  misuse = Misuse::none;
  if (block == nullptr) {
    return allocate(size, 0);
  }
  if (size > kMostBytes) {
    return nullptr;
  }
  if (watched_ && in_arena(block)) {
    misuse = judge(block);
  }
  if (misuse != Misuse::none) {
    return nullptr;
  }
  const std::size_t before = usable_size(block);
  if (before == 0) {
    misuse = Misuse::foreign;
    return nullptr;
  }
  if (size <= before && size >= before / 2) {
    return block;
  }
  if (!in_arena(block) && size > kSpanMost) {
    return remap_block(block, size);
  }
  if (in_arena(block) && size > before && before > kSlabMost && size <= kSpanMost && !watched_ &&
      grow_span(block, class_of(before), class_of(size))) {
    return block;
  }
  void *moved = allocate(size, watched_ && in_arena(block) ? tag_of(block) : 0);
  if (moved != nullptr) {
    std::memcpy(moved, block, std::min(before, size));
    misuse = deallocate(block);
  }
  return moved;
}

} // namespace vmperf::alloc
