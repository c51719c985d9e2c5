// Frees of blocks that another heap owns. The sender collects them by word of 64 blocks and sends
// the word's mask; the owner ORs it into its bitmap. Neither touches the blocks.
//
//   sender   coalescer [ unit * 64 + word -> mask ] x 64     full, or after so many frees:
//      |     1 remote.words[word] |= mask     2 pending = 1, and where it was 0:
//      v     3 push the slab on the owner's list
//   owner    take the list; for each slab: pending = 0, then take its words
//
// A sender between 1 and 2 finds pending 1 only where the slab is on a list still to be taken, or
// where the owner has taken its bits already; so none is forgotten. A slab whose pending is 1 is
// kept by its owner even if all is free (settle), or the list would lead to another's slab. Where a
// sender sleeps between 1 and 2 that long, the list does: the taker then passes the slab on to
// whoever owns it now.
#include <bit>

#include "core.hpp"

namespace vmperf::alloc {

void Core::send(std::uint32_t key, std::uint64_t mask) noexcept {
  const std::uint32_t unit = key / 64;
  Remote &remote = remotes_[unit];
  remote.words[key % 64].fetch_or(mask, std::memory_order_release);
  if (remote.pending.exchange(1, std::memory_order_acq_rel) != 0) {
    return;
  }
  const std::uint32_t owner = owner_in(word_of(unit));
  if (owner == 0) { // its last blocks were taken between the two lines above, and it is no slab now
    remote.pending.exchange(0, std::memory_order_acq_rel);
    if (owner_in(word_of(unit)) != 0) { // but again one, whose senders may have relied on the 1
      send(key, 0);
    }
    return;
  }
  std::atomic<std::uint32_t> &list = heaps_[owner].load(std::memory_order_acquire)->pending;
  std::uint32_t head = list.load(std::memory_order_relaxed);
  do {
    remote.next.store(head, std::memory_order_relaxed);
  } while (!list.compare_exchange_weak(head, unit, std::memory_order_release,
                                       std::memory_order_relaxed));
}

void Core::drain(Heap &heap) noexcept {
  std::uint32_t unit = heap.pending.exchange(0, std::memory_order_acquire);
  while (unit != 0) {
    Remote &remote = remotes_[unit];
    const std::uint32_t next = remote.next.load(std::memory_order_relaxed);
    remote.pending.exchange(0, std::memory_order_acq_rel);
    const std::uint32_t word = word_of(unit);
    if ((word & kOwnerMask) != heap.owner || class_in(word) >= kSlabClasses) {
      for (std::uint32_t i = 0; i < kMostWords && owner_in(word) != 0; ++i) {
        if (remote.words[i].load(std::memory_order_acquire) != 0) {
          send(unit * 64 + i, 0); // passes it on
          break;
        }
      }
    } else {
      for (std::uint32_t i = 0; i < kShapes[class_in(word)].n_words; ++i) {
        if (remote.words[i].load(std::memory_order_relaxed) != 0) {
          const std::uint64_t bits = remote.words[i].exchange(0, std::memory_order_acquire);
          put_bits(heap, unit, i, bits, count_ones(bits));
        }
      }
      if (slabs_[unit].n_free != 0) {
        settle(heap, unit);
      }
    }
    unit = next;
  }
}

void Core::flush(Heap &heap) noexcept {
  if (heap.coalescer.count == 0) {
    return;
  }
  heap.coalescer.count = 0;
  for (Coalescer::Slot &slot : heap.coalescer.slots) {
    if (slot.mask != 0) {
      send(slot.key, slot.mask);
      slot.mask = 0;
    }
  }
}

void Core::free_remote(Heap &heap, void *block, std::uint32_t word) noexcept {
  const std::uint32_t unit = unit_of(block);
  const std::uint32_t size_class = class_in(word);
  if (size_class >= kSlabClasses) { // one block, so the heap that has it may own it
    table_[unit].store(heap.owner | class_bits(size_class), std::memory_order_relaxed);
    give_back(heap, block);
    return;
  }
  if (heap.collect(block)) {
    return;
  }
  if (heap.coalescer.count >= Coalescer::kMostHeld) {
    flush(heap);
  } else {
    const auto offset =
        static_cast<std::uint32_t>(static_cast<std::byte *>(block) - unit_address(unit));
    const std::uint32_t key = unit * 64 + kShapes[size_class].index_of(offset) / 64;
    Coalescer::Slot &slot = heap.coalescer.slot_of(key);
    send(slot.key, slot.mask);
    slot.mask = 0;
  }
  static_cast<void>(heap.collect(block));
}

void Core::free_without_heap(void *block, std::uint32_t word) noexcept {
  const std::uint32_t unit = unit_of(block);
  const std::uint32_t size_class = class_in(word);
  if (size_class >= kSlabClasses) {
    free_span(unit, size_class);
    return;
  }
  const auto offset =
      static_cast<std::uint32_t>(static_cast<std::byte *>(block) - unit_address(unit));
  const std::uint32_t index = kShapes[size_class].index_of(offset);
  send(unit * 64 + index / 64, std::uint64_t{1} << (index % 64));
}

} // namespace vmperf::alloc
