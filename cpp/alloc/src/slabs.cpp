// Slab blocks between magazines and bitmaps. A refill takes one word of free bits, lowest address
// on top, so that a fresh slab is handed out in order; a spill gives the older half of a full
// magazine back, grouped by slab and word. Freed blocks themselves are not touched.
#include <algorithm>
#include <bit>

#include "core.hpp"

namespace vmperf::alloc {
namespace {

// The addresses of the first n blocks whose bits are set, downwards from `out`, and the bits gone;
// the offset of the last one.
std::size_t write_blocks(void **out, std::byte *first, std::size_t bytes, std::uint64_t &bits,
                         std::uint32_t n) noexcept {
  std::size_t offset = 0;
  for (std::uint32_t i = 0; i < n; ++i, bits &= bits - 1) {
    offset = static_cast<std::size_t>(std::countr_zero(bits)) * bytes;
    *out-- = first + offset;
  }
  return offset;
}

// The same of n neighbours from `first` on, n even, as fresh slabs and whole batches have them: no
// bit is looked for, and the loop becomes one of two or four addresses at a time: 2.5 instructions
// each at most, where a looked-for bit takes ten.
std::size_t write_neighbours(void **out, std::byte *first, std::size_t bytes,
                             std::uint32_t n) noexcept {
  const std::size_t last = (n - 1) * bytes;
  std::byte *at = first + last;
  for (void **to = out - (n - 1); to < out; to += 2, at -= 2 * bytes) {
    to[0] = at;
    to[1] = at - bytes;
  }
  return last;
}

} // namespace

void Core::link(Heap &heap, std::uint32_t unit) noexcept {
  Slab &slab = slabs_[unit];
  HeapClass &list = heap.classes[slab.size_class];
  slab.next = 0;
  slab.previous = list.tail;
  (list.tail != 0 ? slabs_[list.tail].next : list.head) = unit;
  list.tail = unit;
  slab.listed = true;
}

void Core::unlink(Heap &heap, std::uint32_t unit) noexcept {
  Slab &slab = slabs_[unit];
  HeapClass &list = heap.classes[slab.size_class];
  (slab.previous != 0 ? slabs_[slab.previous].next : list.head) = slab.next;
  (slab.next != 0 ? slabs_[slab.next].previous : list.tail) = slab.previous;
  slab.listed = false;
}

bool Core::new_slab(Heap &heap, unsigned size_class) noexcept {
  bool zero = false;
  std::uint32_t unit = 0;
  {
    const std::scoped_lock lock(pages_mutex_);
    unit = pages_.allocate(1, zero);
  }
  if (unit == 0) {
    return false;
  }
  const ClassShape &shape = kShapes[size_class];
  Slab &slab = slabs_[unit];
  slab.size_class = static_cast<std::uint16_t>(size_class);
  slab.capacity = slab.n_free = shape.capacity;
  slab.n_words = shape.n_words;
  slab.hint = 0;
  slab.purged_pages = 0;
  slab.stamp = 0;
  std::fill_n(slab.words.begin(), shape.n_words, ~std::uint64_t{0});
  if (shape.capacity % 64 != 0) {
    slab.words[shape.n_words - 1U] = (std::uint64_t{1} << (shape.capacity % 64U)) - 1;
  }
  link(heap, unit);
  table_[unit].store(heap.owner | class_bits(size_class), std::memory_order_release);
  return true;
}

// Moves up to `most` blocks of the first slab's first word into the magazine, which has room.
std::uint32_t Core::take_bits(Heap &heap, unsigned size_class, std::uint32_t most) noexcept {
  const std::uint32_t unit = heap.classes[size_class].head;
  Slab &slab = slabs_[unit];
  std::uint32_t word = slab.hint;
  while (slab.words[word] == 0) {
    ++word;
  }
  std::uint64_t bits = slab.words[word];
  const std::uint32_t n = std::min(count_ones(bits), most);
  const ClassShape &shape = kShapes[size_class];
  Magazine &magazine = heap.magazines[size_class];
  std::byte *first = unit_address(unit) + std::size_t{word} * 64 * shape.bytes;
  void **out = magazine.top + n;
  magazine.top = out;
  std::size_t offset = 0; // of the last block that is taken
  if (bits == ~std::uint64_t{0} && n == 64) {
    offset = write_neighbours(out, first, shape.bytes, n);
    bits = 0;
  } else {
    offset = write_blocks(out, first, shape.bytes, bits, n);
  }
  slab.words[word] = bits;
  slab.hint = static_cast<std::uint16_t>(word);
  slab.n_free = static_cast<std::uint16_t>(slab.n_free - n);
  if (slab.purged_pages != 0) { // what is touched again
    const std::size_t from = std::size_t{word} * 64 * shape.bytes;
    const std::size_t last = std::min(from + offset + shape.bytes, kUnitBytes) - 1;
    for (std::size_t page = from >> 12U; page <= last >> 12U; ++page) {
      slab.purged_pages &= static_cast<std::uint16_t>(~(1U << page));
    }
  }
  if (slab.n_free == 0) {
    unlink(heap, unit);
  }
  return n;
}

void *Core::refill(Heap &heap, unsigned size_class) noexcept {
  tidy_if_due(heap);
  if (heap.pending.load(std::memory_order_relaxed) != 0) {
    drain(heap);
  }
  HeapClass &list = heap.classes[size_class];
  const std::uint32_t want = std::min<std::uint32_t>(64, (list.limit + 1) / 2);
  for (std::uint32_t got = 0; got < (want + 3) / 4;) {
    if (list.head == 0 && !new_slab(heap, size_class)) {
      if (got == 0) {
        relieve(heap);
        if (list.head == 0 && !new_slab(heap, size_class)) {
          return heap.pop(size_class);
        }
      } else {
        break;
      }
    }
    got += take_bits(heap, size_class, want - got);
  }
  if (list.limit < most_entries(size_class)) { // a class in use gets a longer magazine
    list.limit = std::min(list.limit * 2, most_entries(size_class));
    heap.magazines[size_class].limit = heap.bottom(size_class) + list.limit;
  }
  return heap.pop(size_class);
}

// A slab that has gained free bits: listed, or gone where all are free and it is not the last.
void Core::settle(Heap &heap, std::uint32_t unit) noexcept {
  Slab &slab = slabs_[unit];
  if (slab.n_free != slab.capacity) {
    if (!slab.listed) {
      link(heap, unit);
    }
    return;
  }
  // One on a list of slabs with remote words stays until it is taken off there: see remote.cpp.
  const bool is_last = heap.classes[slab.size_class].head == (slab.listed ? unit : 0) &&
                       (!slab.listed || slab.next == 0);
  if (is_last || remotes_[unit].pending.load(std::memory_order_acquire) != 0) {
    if (!slab.listed) {
      link(heap, unit);
    }
    return;
  }
  if (slab.listed) {
    unlink(heap, unit);
  }
  free_span(unit, slab.size_class);
}

// n bits of them.
void Core::put_bits(Heap &heap, std::uint32_t unit, std::uint32_t word, std::uint64_t bits,
                    std::uint32_t n) noexcept {
  Slab &slab = slabs_[unit];
  slab.words[word] |= bits;
  slab.n_free = static_cast<std::uint16_t>(slab.n_free + n);
  slab.hint = std::min(slab.hint, static_cast<std::uint16_t>(word));
  slab.stamp = heap.tick;
}

bool Core::needs_settling(std::uint32_t unit) const noexcept {
  return !slabs_[unit].listed || slabs_[unit].n_free == slabs_[unit].capacity;
}

// Grouped: neighbours in a magazine are mostly of the same word.
void Core::spill_blocks(Heap &heap, unsigned size_class, void *const *blocks,
                        std::size_t n) noexcept {
  const ClassShape &shape = kShapes[size_class];
  std::uint32_t unit = 0;
  std::uint32_t word = 0;
  std::uint64_t bits = 0;
  std::uint32_t n_bits = 0;
  for (std::size_t i = 0; i < n; ++i, ++n_bits) {
    const auto offset = static_cast<std::size_t>(static_cast<std::byte *>(blocks[i]) - base_);
    const auto its_unit = static_cast<std::uint32_t>(offset >> kUnitShift);
    const std::uint32_t index = shape.index_of(static_cast<std::uint32_t>(offset % kUnitBytes));
    if (its_unit != unit || index / 64 != word) {
      if (n_bits != 0) {
        put_bits(heap, unit, word, bits, n_bits);
      }
      if (n_bits != 0 && its_unit != unit && needs_settling(unit)) {
        settle(heap, unit);
      }
      unit = its_unit;
      word = index / 64;
      bits = 0;
      n_bits = 0;
    }
    bits |= std::uint64_t{1} << (index % 64);
  }
  put_bits(heap, unit, word, bits, n_bits);
  settle(heap, unit);
}

// The n entries that came first; at least one.
void Core::spill(Heap &heap, unsigned size_class, std::size_t n) noexcept {
  void **first = heap.bottom(size_class) + 1;
  const std::size_t left = heap.count(size_class) - n;
  if (size_class < kSlabClasses) {
    spill_blocks(heap, size_class, first, n);
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      free_span(unit_of(first[i]), size_class);
    }
  }
  std::copy(first + n, first + n + left, first);
  heap.magazines[size_class].top -= n;
}

// Makes room where there is none, and takes the block; it is this heap's.
void Core::give_back(Heap &heap, void *block) noexcept {
  if (heap.push(block)) {
    return;
  }
  const std::uint32_t size_class = class_in(word_of(unit_of(block)));
  HeapClass &list = heap.classes[size_class];
  const std::uint32_t most = most_entries(size_class);
  if (most == 0) {
    free_span(unit_of(block), size_class);
    return;
  }
  if (list.limit < most) {
    list.limit = std::min(list.limit * 2, most);
    heap.magazines[size_class].limit = heap.bottom(size_class) + list.limit;
  } else {
    tidy_if_due(heap);
    spill(heap, size_class, (heap.count(size_class) + 1) / 2);
  }
  static_cast<void>(heap.push(block));
}

} // namespace vmperf::alloc
