#include "vmperf/alloc/shared_allocator.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

void check_size(const char *name, std::size_t size) {
  if (size > kMostBytes) {
    throw InvalidArgumentError(name, std::to_string(size), "0 to " + std::to_string(kMostBytes));
  }
}

void *or_throw(void *block, std::size_t size, const Options &options) {
  if (block == nullptr) {
    throw CapacityError("no memory", size, options.arena_size_bytes);
  }
  return block;
}

const Options &checked(const Options &options) {
  constexpr std::size_t kLeastArena = std::size_t{1} << 20U;
  constexpr std::size_t kMostArena = std::size_t{1} << 46U;
  if (options.arena_size_bytes < kLeastArena || options.arena_size_bytes > kMostArena) {
    throw InvalidArgumentError("arena_size", std::to_string(options.arena_size_bytes),
                               std::to_string(kLeastArena) + " to " + std::to_string(kMostArena));
  }
  constexpr std::int64_t kMostDelay = std::int64_t{1} << 40U;
  if (options.purge_delay_ms < -1 || options.purge_delay_ms > kMostDelay) {
    throw InvalidArgumentError("purge_delay_ms", std::to_string(options.purge_delay_ms),
                               "-1 (by purge() alone) to " + std::to_string(kMostDelay));
  }
  return options;
}

} // namespace

SharedAllocator::SharedAllocator(const Options &options)
    : held_(std::make_shared<Allocator>(checked(options))), options_(live()->options()) {}

std::shared_ptr<Allocator> SharedAllocator::live() const {
  std::shared_ptr<Allocator> found = held_.load();
  if (found == nullptr) {
    throw InvalidArgumentError("allocator", "closed", "one that is open");
  }
  return found;
}

void *SharedAllocator::allocate(std::size_t size, std::size_t alignment, unsigned tag) const {
  check_size("size_bytes", size);
  if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > kMostAlignment) {
    throw InvalidArgumentError("alignment", std::to_string(alignment),
                               "a power of two, 1 to " + std::to_string(kMostAlignment));
  }
  if (tag >= (options_.tags ? kMostTags : 1)) {
    throw InvalidArgumentError("tag", std::to_string(tag),
                               options_.tags ? "0 to " + std::to_string(kMostTags - 1)
                                             : "0: this allocator was made without tags");
  }
  const auto allocator = live();
  constexpr std::size_t kUsual = 16;
  if (tag != 0 && alignment > kUsual) {
    throw InvalidArgumentError("tag", std::to_string(tag), "0 where alignment is above 16");
  }
  void *block = tag != 0             ? allocator->allocate_tagged(size, tag)
                : alignment > kUsual ? allocator->aligned_allocate(alignment, size)
                                     : allocator->allocate(size);
  return or_throw(block, size, options_);
}

void *SharedAllocator::calloc(std::size_t count, std::size_t size) const {
  check_size("count", count);
  check_size("size_bytes", size);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > kMostBytes) {
    throw CapacityError("no memory for so many items", std::numeric_limits<std::uint64_t>::max(),
                        options_.arena_size_bytes);
  }
  return or_throw(live()->calloc(count, size), bytes, options_);
}

void *SharedAllocator::reallocate(void *block, std::size_t size) const {
  check_size("size_bytes", size);
  return or_throw(live()->reallocate(block, size), size, options_);
}

void SharedAllocator::deallocate(void *block) const {
  live()->deallocate(block);
}

std::size_t SharedAllocator::usable_size(const void *block) const {
  const auto allocator = live();
  const std::size_t size = allocator->owns(block) ? allocator->usable_size(block) : 0;
  if (size == 0) {
    throw CorruptionError("no block of this allocator begins at address " +
                          std::to_string(reinterpret_cast<std::uintptr_t>(block)));
  }
  return size;
}

void SharedAllocator::allocate_n(std::size_t size, std::span<std::uint64_t> addresses) const {
  check_size("size_bytes", size);
  const auto allocator = live();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    void *block = allocator->allocate(size);
    if (block == nullptr) {
      deallocate_n(addresses.first(i));
      or_throw(nullptr, size, options_);
    }
    addresses[i] = reinterpret_cast<std::uintptr_t>(block);
  }
}

void SharedAllocator::deallocate_n(std::span<const std::uint64_t> addresses) const {
  const auto allocator = live();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is what an address is
    auto *block = reinterpret_cast<void *>(static_cast<std::uintptr_t>(addresses[i]));
    if (const Misuse misuse = allocator->try_deallocate(block); misuse != Misuse::none) {
      throw CorruptionError(std::string(misuse_name(misuse)) + ": address " +
                            std::to_string(reinterpret_cast<std::uintptr_t>(block)) + ", number " +
                            std::to_string(i));
    }
  }
}

std::vector<BlockRow> SharedAllocator::blocks() const {
  std::vector<BlockRow> rows;
  const bool whole = live()->walk([&rows](const Block &block) {
    rows.push_back({.address = reinterpret_cast<std::uintptr_t>(block.address),
                    .size_bytes = block.bytes,
                    .tag = block.tag,
                    .reserved = 0});
  });
  if (!whole) {
    throw CapacityError("no memory for a walk", 0, options_.arena_size_bytes);
  }
  return rows;
}

std::vector<Extent> SharedAllocator::extents() const {
  std::vector<Extent> rows;
  live()->fragmentation([&rows](const Extent &extent) { rows.push_back(extent); });
  return rows;
}

} // namespace vmperf::alloc
