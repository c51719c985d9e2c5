// Core: everything of an allocator but the inlined path. One reservation holds it all:
//
//   [ Core | table | stamps | spans | slabs | remotes | marks ]  metadata, touched as units come
//   [ unit 0 | unit 1 | ... ]                                    the arena
//
// Locks, in the order in which they may be taken together: registry (threads.cpp) > orphan_mutex_ >
// heaps_mutex_ > mapped_mutex_ > pages_mutex_. A heap is its thread's; a parked one that of who
// holds heaps_mutex_. No lock is held while anything outside is called, but for walks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "heap_state.hpp"
#include "page_heap.hpp"
#include "slab.hpp"
#include "vmperf/alloc/options.hpp"
#include "vmperf/alloc/stats.hpp"

namespace vmperf::alloc {

struct Mapped; // a block above kSpanMost

class Core {
public:
  /// nullptr where the system has no address space for it.
  static Core *make(const Options &options, std::uint32_t place) noexcept;
  /// Unmaps all; no thread has it in its record any more.
  void destroy() noexcept;

  void *allocate(std::size_t size, unsigned tag) noexcept;
  void *allocate_zeroed(std::size_t size) noexcept;
  void *allocate_aligned(std::size_t alignment, std::size_t size) noexcept;
  void *reallocate(void *block, std::size_t size, Misuse &misuse) noexcept;
  Misuse deallocate(void *block) noexcept;
  [[nodiscard]] std::size_t usable_size(const void *block) noexcept;
  [[nodiscard]] bool owns(const void *block) noexcept;
  void purge() noexcept;

  void stats(Stats &out) noexcept;
  bool walk(void (*visit)(void *, const Block &), void *to) noexcept;
  void extents(void (*visit)(void *, const Extent &), void *to) noexcept;

  /// The thread ends: its heap waits for the next one.
  void park(Heap &heap) noexcept;
  [[nodiscard]] const Options &options() const noexcept { return options_; }
  void lock_all() noexcept;
  void unlock_all() noexcept;

private:
  static constexpr std::uint32_t kMostHeaps = 4096;

  Core(const Options &options, std::uint32_t place) noexcept : options_(options), place_(place) {}

  // Of a heap (threads.cpp).
  Heap *heap() noexcept;
  Heap *take_heap() noexcept;
  Heap *make_heap() noexcept;

  // Slow paths of slab blocks (slabs.cpp).
  void *allocate_in(Heap &heap, unsigned size_class, unsigned tag) noexcept;
  void *refill(Heap &heap, unsigned size_class) noexcept;
  std::uint32_t take_bits(Heap &heap, unsigned size_class, std::uint32_t most) noexcept;
  bool new_slab(Heap &heap, unsigned size_class) noexcept;
  void spill_blocks(Heap &heap, unsigned size_class, void *const *blocks, std::size_t n) noexcept;
  void spill(Heap &heap, unsigned size_class, std::size_t n) noexcept;
  void put_bits(Heap &heap, std::uint32_t unit, std::uint32_t word, std::uint64_t bits,
                std::uint32_t n) noexcept;
  [[nodiscard]] bool needs_settling(std::uint32_t unit) const noexcept;
  void settle(Heap &heap, std::uint32_t unit) noexcept;
  void link(Heap &heap, std::uint32_t unit) noexcept;
  void unlink(Heap &heap, std::uint32_t unit) noexcept;
  void give_back(Heap &heap, void *block) noexcept;

  // Spans and mappings (spans.cpp, mapped.cpp).
  void *allocate_span(Heap &heap, unsigned size_class, bool &zero) noexcept;
  void *allocate_aligned_span(Heap &heap, unsigned size_class, std::size_t alignment) noexcept;
  void free_span(std::uint32_t unit, unsigned size_class) noexcept;
  bool grow_span(void *block, unsigned old_class, unsigned new_class) noexcept;
  void *map_block(std::size_t size, std::size_t alignment, unsigned tag) noexcept;
  void *remap_block(void *block, std::size_t size) noexcept;
  bool unmap_block(void *block) noexcept;
  std::size_t mapped_bytes_of(const void *block) noexcept;

  // Frees of another heap's blocks (remote.cpp).
  void free_remote(Heap &heap, void *block, std::uint32_t word) noexcept;
  void free_without_heap(void *block, std::uint32_t word) noexcept;
  void send(std::uint32_t key, std::uint64_t mask) noexcept;
  void flush(Heap &heap) noexcept;
  void drain(Heap &heap) noexcept;

  // Time and memory given back (purge.cpp).
  void tidy_if_due(Heap &heap) noexcept;
  void tidy(Heap &heap, std::uint8_t tick) noexcept;
  void empty_magazines(Heap &heap) noexcept;
  void purge_holes(Heap &heap, std::uint8_t tick, unsigned age) noexcept;
  void drop_holes(std::uint32_t unit) noexcept;
  std::size_t purge_pages(std::uint8_t tick, unsigned age, std::size_t most_bytes) noexcept;
  void release_free_slabs(Heap &heap) noexcept;
  void purge_heap(Heap &heap) noexcept;
  void relieve(Heap &heap) noexcept;
  [[nodiscard]] std::uint8_t now() const noexcept;

  // Checked and tagged allocators (marks.cpp).
  void mark(void *block, std::size_t bytes, unsigned tag) noexcept;
  Misuse unmark(const void *block, std::uint32_t word) noexcept;
  Misuse judge(const void *block) noexcept;
  [[nodiscard]] bool is_start(const void *block, std::uint32_t word) const noexcept;
  void count_tag(unsigned tag, std::int64_t blocks, std::int64_t bytes) noexcept;
  [[nodiscard]] unsigned tag_of(const void *block) const noexcept;

  using FreeWords = std::array<std::uint64_t, kMostWords>; // of a unit
  void collect_held(FreeWords *taken) noexcept;
  void count_slabs(Stats &out) noexcept;
  void count_spans(Stats &out) noexcept;
  void count_heaps(Stats &out) noexcept;
  template <class F> void each_heap(F f) noexcept;
  template <class F> void each_extent(F f) noexcept;

  [[nodiscard]] std::uint32_t unit_of(const void *block) const noexcept {
    return static_cast<std::uint32_t>(
        (reinterpret_cast<std::uintptr_t>(block) - reinterpret_cast<std::uintptr_t>(base_)) >>
        kUnitShift);
  }
  [[nodiscard]] bool in_arena(const void *block) const noexcept {
    return (reinterpret_cast<std::uintptr_t>(block) - reinterpret_cast<std::uintptr_t>(base_)) >>
           kUnitShift < n_units_;
  }
  [[nodiscard]] std::byte *unit_address(std::uint32_t unit) const noexcept {
    return base_ + (std::size_t{unit} << kUnitShift);
  }
  [[nodiscard]] std::uint32_t word_of(std::uint32_t unit) const noexcept {
    return table_[unit].load(std::memory_order_relaxed);
  }

  Options options_;
  std::uint32_t place_;
  bool watched_ = false; // checked or tagged: nothing takes the fast path
  std::size_t mapping_bytes_ = 0, arena_bytes_ = 0;
  void *arena_ = nullptr;
  std::byte *base_ = nullptr;
  std::uint32_t n_units_ = 0;
  TableWord *table_ = nullptr;
  Slab *slabs_ = nullptr;
  Remote *remotes_ = nullptr;
  std::atomic<std::uint8_t> *marks_ = nullptr; // for each 16 bytes: 0, or 0x80 | tag of a live one

  alignas(64) std::mutex pages_mutex_;
  PageHeap pages_;
  std::atomic<std::uint8_t> purged_tick_{0}; // when pages were last purged

  alignas(64) std::mutex heaps_mutex_;
  std::uint32_t n_heaps_ = 0;
  Heap *parked_ = nullptr;                              // the last one first
  std::array<std::atomic<Heap *>, kMostHeaps> heaps_{}; // by id, from 1
  std::mutex orphan_mutex_; // of the heap that threads at their end share
  Heap *orphan_ = nullptr;

  std::array<std::atomic<std::int64_t>, kMostTags> tag_blocks_{}, tag_bytes_{};
  std::mutex mapped_mutex_;
  Mapped *mapped_ = nullptr;
};

} // namespace vmperf::alloc
