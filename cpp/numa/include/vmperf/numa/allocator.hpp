// NumaAllocator: blocks on nodes by a policy. A general allocator for each node, over a part of one
// range of addresses; on a machine the kernel is told of a part's node before its first page is
// touched, on a model nobody is. Decision, arenas and table are the same for both.
//
//   region  [ node 0: node_bytes | node 1 | ... ]     or, where the policy interleaves, one arena
//   table   [ a byte for each page: 0 = not placed yet, else 1 + index of its node ]
//   CPU     --first_-->  arena  --its thread cache-->  block
//
// allocate: one load for the CPU where the policy asks for it, one for the arena, then
// alloc::Allocator::allocate(); 28 instructions in all on x86-64. node_of: one load. Pages are
// never given back before the allocator is closed: one that was moved would come back elsewhere.
// Safe from any thread, but for close() and destruction.
// Sources: cpp/alloc/README.md; mbind(2).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "vmperf/alloc/allocator.hpp"
#include "vmperf/numa/policy.hpp"
#include "vmperf/numa/topology.hpp"
#include "vmperf/os/current_cpu.hpp"

namespace vmperf::numa {

enum class Mode : std::uint8_t { real, model };

struct NumaOptions {
  Policy policy = Policy::local;
  // NOLINTBEGIN(readability-redundant-member-init): clang would warn where they are left out
  std::vector<int> nodes{};        ///< numbers
  std::vector<unsigned> weights{}; ///< of `nodes` in ascending order
  // NOLINTEND(readability-redundant-member-init)
  Mode mode = Mode::model;
  std::size_t node_bytes = std::size_t{1} << 30U; ///< room of each node; rounded up to 2^k
  bool checked = false;                           ///< as alloc::Options::checked
};

/// Where the pages of all live blocks are, against where they should be.
struct Placement {
  std::uint64_t pages = 0;
  std::uint64_t matching = 0;   ///< the kernel says: where the table says
  std::uint64_t elsewhere = 0;  ///< the kernel says: on another node
  std::uint64_t unverified = 0; ///< never touched, or on a model, where nobody can be asked
  std::vector<std::uint64_t> pages_of_node; ///< by the table
};

struct NumaStats {
  std::uint64_t live_blocks = 0, live_bytes = 0; ///< by the sizes of their classes
  std::vector<std::uint64_t> bytes_of_node;      ///< of these
  std::uint64_t fallbacks = 0; ///< blocks that went to another node than the first
  std::uint64_t moved_pages = 0;
};

class NumaAllocator {
public:
  /// InvalidArgumentError as Decisions, for a model in real mode, room below 2 MiB; OsError with
  /// the kernel's errno in real mode where it refuses nodes or policy; UnsupportedError where it
  /// has no such call, or weighs nodes otherwise than asked for; CapacityError where address space
  /// or places for allocators are out.
  NumaAllocator(Topology topology, const NumaOptions &options);
  NumaAllocator(const NumaAllocator &) = delete;
  NumaAllocator &operator=(const NumaAllocator &) = delete;
  NumaAllocator(NumaAllocator &&) = delete;
  NumaAllocator &operator=(NumaAllocator &&) = delete;
  ~NumaAllocator() { this->close(); }

  /// Gives all memory back, live blocks too; afterwards there is none.
  void close() noexcept;
  [[nodiscard]] bool is_closed() const noexcept { return base_ == nullptr; }

  /// A block of the node that the policy has for the CPU which the thread is on; nullptr where
  /// none that it may use has room. At most 256 MiB. OsError where the kernel refuses a node.
  [[nodiscard, gnu::always_inline]] void *allocate(std::size_t size) {
    const unsigned place = follows_cpu_ ? os::current_cpu() % kPlaces : 0;
    if (void *block = first_[place].load(std::memory_order_acquire)->allocate(size)) [[likely]] {
      return block;
    }
    return allocate_slowly(place, size);
  }
  /// The same, aligned, as though the thread were on a CPU of the topology; that it is on where
  /// `cpu` is below 0. InvalidArgumentError for a CPU that no node has.
  [[nodiscard]] void *allocate_on(int cpu, std::size_t size, std::size_t alignment);

  /// CorruptionError as alloc::Allocator::deallocate().
  [[gnu::always_inline]] void deallocate(void *block) {
    const std::size_t offset = offset_of(block);
    if (offset < region_bytes_) [[likely]] {
      arenas_[offset >> node_shift_].load(std::memory_order_acquire)->deallocate(block);
    } else {
      refuse(block);
    }
  }

  /// Index of the node of an address of a block; kNowhere for any other page.
  static constexpr unsigned kNowhere = 0xff;
  [[nodiscard, gnu::always_inline]] unsigned node_of(const void *address) const noexcept {
    const std::size_t offset = offset_of(address);
    return offset < region_bytes_
               ? (table_[offset >> page_shift_].load(std::memory_order_relaxed) - 1U) & kNowhere
               : kNowhere;
  }
  /// Indices of the nodes of a block's pages. CorruptionError where no block begins there.
  [[nodiscard]] std::vector<std::uint8_t> placement(const void *block) const;
  /// As of alloc::Allocator.
  [[nodiscard]] std::size_t usable_size(const void *block) const noexcept;
  [[nodiscard]] bool owns(const void *block) const noexcept;

  /// Has a live block's pages in memory, contents as they are; on a model nothing is to be done.
  void populate(void *block) const;
  /// Moves pages; for each the number of the node it is on now, or a negative errno (-ENOENT: never
  /// touched, where only a kernel is asked). InvalidArgumentError for an address without a page, or
  /// for a node that a model lacks; OsError where the kernel refuses all of it.
  std::vector<int> move(std::span<const std::uint64_t> addresses, std::span<const int> nodes);

  /// Asks the kernel for each page of each live block.
  [[nodiscard]] Placement verify() const;
  [[nodiscard]] NumaStats stats() const;

  [[nodiscard]] const Topology &topology() const noexcept { return topology_; }
  [[nodiscard]] const Decisions &decisions() const noexcept { return decisions_; }
  [[nodiscard]] Policy policy() const noexcept { return decisions_.policy(); }
  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  [[nodiscard]] Provenance provenance() const noexcept {
    return mode_ == Mode::real ? Provenance::measured : Provenance::modelled;
  }
  [[nodiscard]] std::size_t node_bytes() const noexcept { return node_bytes_; }
  [[nodiscard]] std::size_t page_bytes() const noexcept { return std::size_t{1} << page_shift_; }

private:
  static constexpr std::size_t kPlaces = 8192; // CPUs of the largest kernel

  using Arena = std::atomic<alloc::Allocator *>;

  [[nodiscard, gnu::always_inline]] std::size_t offset_of(const void *address) const noexcept {
    return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(base_);
  }
  [[gnu::cold, gnu::noinline]] static void refuse(const void *block);
  [[gnu::cold, gnu::noinline]] void *allocate_slowly(unsigned place, std::size_t size);
  void *allocate_from(std::size_t cpu_node, std::size_t size, std::size_t alignment);
  void map_region();
  void map_cpus();
  alloc::Allocator &arena(std::size_t index);
  void place_pages(std::size_t index);
  void tell_kernel(std::size_t index) const;
  std::vector<int> move_really(std::span<const void *const> pages, std::span<const int> nodes);
  std::vector<int> move_on_paper(std::span<const void *const> pages, std::span<const int> nodes);
  void learn(std::span<const void *const> pages, std::span<const int> status);
  [[nodiscard]] std::vector<alloc::Block> live_blocks() const;
  [[nodiscard]] std::vector<const void *> live_pages() const;

  Topology topology_;
  Decisions decisions_;
  Mode mode_;
  bool follows_cpu_, checked_;
  unsigned page_shift_ = 0, node_shift_ = 0;
  std::size_t node_bytes_ = 0, region_bytes_ = 0;
  std::byte *base_ = nullptr;
  std::atomic<std::uint8_t> *table_ = nullptr;
  std::size_t table_bytes_ = 0;
  std::vector<Arena> arenas_;           // a closed one where there is none yet
  std::vector<Arena> first_;            // by CPU number: the one that is tried first
  std::vector<std::uint8_t> cpu_nodes_; // by CPU number
  std::vector<std::unique_ptr<alloc::Allocator>> owned_;
  mutable std::mutex mutex_; // of owned_
  std::atomic<std::uint64_t> fallbacks_{0}, moved_pages_{0};
};

} // namespace vmperf::numa
