// An Allocator for callers who may be wrong: sizes, alignments and tags are tested, memory that is
// out is an exception, and after close() every call is refused. Arrays of it may live longer: they
// hold the allocator itself, whose memory goes back when close() was called and the last of them,
// and of the calls under way in other threads, is gone. As fast as its checks; safe from any
// thread, close() too.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vmperf/alloc/allocator.hpp"

namespace vmperf::alloc {

/// A live block, as a row of plain numbers.
struct BlockRow {
  std::uint64_t address, size_bytes;
  std::uint32_t tag, reserved;
};

class SharedAllocator {
public:
  /// InvalidArgumentError for an arena below 1 MiB or a delay below -1; CapacityError where address
  /// space, or the places for allocators, are out.
  explicit SharedAllocator(const Options &options);

  /// InvalidArgumentError for a size above PTRDIFF_MAX, an alignment that is no power of two up to
  /// kMostAlignment, a tag that is none or an allocator that counts none; CapacityError where
  /// memory is out. All calls below: InvalidArgumentError where it is closed.
  [[nodiscard]] void *allocate(std::size_t size, std::size_t alignment, unsigned tag) const;
  [[nodiscard]] void *calloc(std::size_t count, std::size_t size) const;
  /// CorruptionError as deallocate().
  [[nodiscard]] void *reallocate(void *block, std::size_t size) const;
  void deallocate(void *block) const;
  /// CorruptionError where no block of this allocator begins there.
  [[nodiscard]] std::size_t usable_size(const void *block) const;
  [[nodiscard]] bool owns(const void *block) const { return live()->owns(block); }

  /// Fills `addresses`; where memory is out, nothing stays allocated.
  void allocate_n(std::size_t size, std::span<std::uint64_t> addresses) const;
  /// CorruptionError names the first that was wrong; those before it are freed, the others not.
  void deallocate_n(std::span<const std::uint64_t> addresses) const;

  void purge() const { live()->purge(); }
  [[nodiscard]] Stats stats() const { return live()->stats(); }
  [[nodiscard]] std::vector<BlockRow> blocks() const;
  [[nodiscard]] std::vector<Extent> extents() const;
  [[nodiscard]] const Options &options() const noexcept { return options_; }

  void close() noexcept { held_.store(nullptr); }
  [[nodiscard]] bool is_closed() const noexcept { return held_.load() == nullptr; }
  /// The allocator itself; InvalidArgumentError where it is closed.
  [[nodiscard]] std::shared_ptr<Allocator> live() const;

private:
  std::atomic<std::shared_ptr<Allocator>> held_;
  Options options_;
};

inline constexpr std::size_t kMostAlignment = std::size_t{1} << 30U;

} // namespace vmperf::alloc
