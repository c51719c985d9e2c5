#include "vmperf/alloc/allocator.hpp"

#include <cstring>
#include <limits>
#include <mutex>
#include <string>

#include "core.hpp"
#include "threads.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): of the process
constinit std::mutex g_process_mutex;
constinit Options g_process_options;
constinit bool g_process_made = false;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

constexpr std::size_t kLeastArena = std::size_t{1} << 20U;
constexpr std::size_t kMostArena = std::size_t{1} << 46U; // units have 32 bits, of which 30

[[noreturn]] void fail(Misuse misuse, const void *block) {
  constexpr int kDigits = 16;
  std::string where(kDigits, '0');
  auto value = reinterpret_cast<std::uintptr_t>(block);
  for (auto at = where.rbegin(); at != where.rend(); ++at, value >>= 4U) {
    *at = "0123456789abcdef"[value % 16];
  }
  throw CorruptionError(std::string(misuse_name(misuse)) + ": 0x" + where + " is no live block");
}

} // namespace

constinit Process::Held Process::held_;

Allocator::Allocator(const Options &options) {
  if (options.arena_size_bytes < kLeastArena || options.arena_size_bytes > kMostArena) {
    throw InvalidArgumentError("arena_size_bytes", std::to_string(options.arena_size_bytes),
                               "1 MiB to 64 TiB");
  }
  if (reinterpret_cast<std::uintptr_t>(options.arena) % kUnitBytes != 0 ||
      (options.arena != nullptr && options.arena_size_bytes % kUnitBytes != 0)) {
    throw InvalidArgumentError("arena", "not made of whole units", "multiples of 64 KiB");
  }
  place_ = threads::reserve_place();
  if (place_ == threads::kNowhere) {
    throw CapacityError("so many allocators at a time: close one", kMostAllocators,
                        kMostAllocators - 2);
  }
  Core *core = Core::make(options, place_);
  if (core == nullptr) {
    threads::forget(place_);
    place_ = threads::kNowhere;
    throw CapacityError("no address space for the arena", options.arena_size_bytes,
                        options.arena_size_bytes);
  }
  threads::enter(place_, core);
  core_.store(core, std::memory_order_release);
}

void Allocator::close() noexcept {
  Core *core = core_.load(std::memory_order_acquire);
  if (place_ == 0 || core == nullptr) {
    return;
  }
  threads::forget(place_);
  place_ = threads::kNowhere;
  core_.store(nullptr, std::memory_order_release);
  core->destroy();
}

// nullptr where it was closed, or where the process's has no address space.
Core *Allocator::core() const noexcept {
  Core *core = core_.load(std::memory_order_acquire);
  if (core != nullptr || place_ != 0) {
    return core;
  }
  const std::scoped_lock lock(g_process_mutex);
  core = core_.load(std::memory_order_relaxed);
  if (core == nullptr) {
    g_process_made = true;
    if (options_at_start != nullptr) {
      g_process_options = options_at_start();
    }
    core = Core::make(g_process_options, 0);
    if (core != nullptr) {
      threads::enter(0, core);
      core_.store(core, std::memory_order_release);
    }
  }
  return core;
}

bool set_process_options(const Options &options) noexcept {
  const std::scoped_lock lock(g_process_mutex);
  if (!g_process_made && options.arena_size_bytes >= kLeastArena &&
      options.arena_size_bytes <= kMostArena) {
    g_process_options = options;
    return true;
  }
  return false;
}

// Above 1 KiB, and 0: two magazines' ways would else be joined, and the short one would jump.
void *Allocator::allocate_coarse(std::size_t size) noexcept {
  if (size - 1 < kSpanMost) [[likely]] {
    if (void *block = front().pop(coarse_class_of(size))) [[likely]] {
      return block;
    }
  }
  return allocate_slowly(size);
}

void *Allocator::allocate_slowly(std::size_t size) noexcept {
  Core *mine = core();
  return mine == nullptr ? nullptr : mine->allocate(size, 0);
}

void *Allocator::allocate_tagged(std::size_t size, unsigned tag) noexcept {
  Core *mine = core();
  return mine == nullptr || tag >= kMostTags ? nullptr : mine->allocate(size, tag);
}

void *Allocator::calloc(std::size_t count, std::size_t size) noexcept {
  if (((count | size) >> 32U) != 0 && size != 0 && count > kMostBytes / size) {
    return nullptr;
  }
  const std::size_t bytes = count * size;
  if (bytes - 1 < kSpanMost) [[likely]] {
    if (void *block = front().pop(class_of(bytes))) [[likely]] {
      return std::memset(block, 0, bytes);
    }
  }
  Core *mine = core();
  return mine == nullptr ? nullptr : mine->allocate_zeroed(bytes);
}

void *Allocator::aligned_allocate(std::size_t alignment, std::size_t size) noexcept {
  Core *mine = core();
  return mine == nullptr ? nullptr : mine->allocate_aligned(alignment, size);
}

void *Allocator::try_reallocate(void *block, std::size_t size, Misuse &misuse) noexcept {
  Core *mine = core();
  misuse = mine == nullptr && block != nullptr ? Misuse::foreign : Misuse::none;
  return mine == nullptr ? nullptr : mine->reallocate(block, size, misuse);
}

void *Allocator::reallocate(void *block, std::size_t size) {
  Misuse misuse = Misuse::none;
  void *moved = try_reallocate(block, size, misuse);
  if (misuse != Misuse::none) {
    fail(misuse, block);
  }
  return moved;
}

Misuse Allocator::try_deallocate_slowly(void *block) noexcept {
  // The empty front has no units; any other is part of a heap.
  if (HeapFront &mine = front(); mine.n_units != 0 && static_cast<Heap &>(mine).collect(block)) {
    return Misuse::none;
  }
  if (block == nullptr) {
    return Misuse::none;
  }
  Core *mine = core();
  return mine == nullptr ? Misuse::foreign : mine->deallocate(block);
}

void Allocator::deallocate_slowly(void *block) {
  if (const Misuse misuse = try_deallocate_slowly(block); misuse != Misuse::none) {
    fail(misuse, block);
  }
}

std::size_t Allocator::usable_size(const void *block) const noexcept {
  Core *mine = core();
  return mine == nullptr ? 0 : mine->usable_size(block);
}

bool Allocator::owns(const void *block) const noexcept {
  Core *mine = core();
  return mine != nullptr && mine->owns(block);
}

void Allocator::purge() noexcept {
  if (Core *mine = core()) {
    mine->purge();
  }
}

Stats Allocator::stats() const noexcept {
  Stats stats;
  if (Core *mine = core()) {
    mine->stats(stats);
  }
  return stats;
}

Options Allocator::options() const noexcept {
  Core *mine = core();
  return mine == nullptr ? Options{} : mine->options();
}

bool Allocator::walk_blocks(void (*visit)(void *, const Block &), void *to) const {
  Core *mine = core();
  return mine == nullptr || mine->walk(visit, to);
}

void Allocator::walk_extents(void (*visit)(void *, const Extent &), void *to) const {
  if (Core *mine = core()) {
    mine->extents(visit, to);
  }
}

void Allocator::lock_all() noexcept {
  Core *mine = core();
  threads::lock();
  if (mine != nullptr) {
    mine->lock_all();
  }
}

void Allocator::unlock_all(bool) noexcept {
  if (Core *mine = core_.load(std::memory_order_relaxed)) {
    mine->unlock_all();
  }
  threads::unlock();
}

} // namespace vmperf::alloc
