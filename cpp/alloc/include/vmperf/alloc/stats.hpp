// What an Allocator says about itself. Everything is counted when it is asked for, from the bitmaps
// and magazines themselves, so that no count can drift; exact while no other thread is inside.
//   for each class: live + free + in_magazines + in_flight == capacity
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vmperf/alloc/options.hpp"
#include "vmperf/alloc/size_classes.hpp"

namespace vmperf::alloc {

struct ClassStats {
  std::uint64_t block_bytes = 0;
  std::uint64_t capacity = 0; ///< blocks of all slabs or spans of the class
  std::uint64_t live = 0;
  std::uint64_t free = 0;         ///< in the bitmaps of slabs
  std::uint64_t in_magazines = 0; ///< free, at hand for a thread
  std::uint64_t in_flight = 0;    ///< freed by another thread than its owner, which has not seen it
};

struct TagStats {
  std::uint64_t blocks = 0, bytes = 0; ///< live, by the sizes of their classes
};

struct Stats {
  std::array<ClassStats, kClasses> classes{};
  std::array<TagStats, kMostTags> tags{};  ///< all zero without Options::tags
  std::uint64_t live_blocks = 0;           ///< of all classes, and mappings
  std::uint64_t live_bytes = 0;            ///< by the sizes of their classes
  std::uint64_t mapped_blocks = 0;         ///< above kSpanMost
  std::uint64_t mapped_bytes = 0;          ///< of these
  std::uint64_t arena_bytes = 0;           ///< set aside
  std::uint64_t used_bytes = 0;            ///< of the arena, once handed out
  std::uint64_t free_span_bytes = 0;       ///< of units without an owner, below used_bytes
  std::uint64_t purged_bytes = 0;          ///< given back to the system, in all
  std::uint64_t resident_bytes = 0;        ///< of arena and metadata, as the kernel says
  std::uint64_t n_heaps = 0, n_parked = 0; ///< of threads; of threads that have ended
};

/// A live block, as walk() shows it.
struct Block {
  void *address;
  std::size_t bytes; ///< of its class
  unsigned tag;      ///< 0 without Options::tags
};

/// A unit of 64 KiB, or a span of units, as fragmentation() shows it.
struct Extent {
  std::size_t offset_bytes;   ///< in the arena
  std::size_t bytes;          ///< of it
  std::uint32_t block_bytes;  ///< 0: free
  std::uint32_t live_blocks;  ///< or free to be so at once: magazines count as live
  std::uint32_t n_blocks;     ///< that it has room for
  std::uint32_t purged_pages; ///< free pages of a slab that went back to the system
};

} // namespace vmperf::alloc
