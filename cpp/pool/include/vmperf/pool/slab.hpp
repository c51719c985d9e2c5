// The memory of a pool: the shape of its slots, and slabs of them.
// Slabs come from aligned operator new, so that a client of the headers needs no library; one above
// 32 MiB goes back to the operating system when it is freed, a smaller one when glibc sees fit.
// O(1) but for the memory itself; a value is one owner's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/pool/poison.hpp"

namespace vmperf::pool {

inline constexpr std::size_t kMaxItemBytes = std::size_t{1} << 30U;
inline constexpr std::size_t kMaxAlign = std::size_t{1} << 21U;
inline constexpr std::size_t kMaxBytes = std::numeric_limits<std::ptrdiff_t>::max();

/// Size and alignment of a slot: an item rounded up so that every slot of a slab is aligned.
struct SlotShape {
  std::size_t item_bytes;
  std::size_t align;
  std::size_t slot_bytes;

  /// InvalidArgumentError; a slot has room for `least_bytes` whatever the item.
  static SlotShape checked(std::size_t item_bytes, std::size_t align, std::size_t least_bytes = 1) {
    if (item_bytes < 1 || item_bytes > kMaxItemBytes) {
      throw InvalidArgumentError("item_size_bytes", std::to_string(item_bytes),
                                 "1 to " + std::to_string(kMaxItemBytes));
    }
    if (!is_power_of_two(align) || align > kMaxAlign) {
      throw InvalidArgumentError("align", std::to_string(align),
                                 "a power of two from 1 to " + std::to_string(kMaxAlign));
    }
    return {.item_bytes = item_bytes,
            .align = align,
            .slot_bytes = align_up(std::max(item_bytes, least_bytes), align)};
  }

  /// The most slots whose slab and table entries can be addressed at all.
  [[nodiscard]] std::size_t max_slots() const noexcept {
    return kMaxBytes / (slot_bytes + sizeof(void *)) - 16;
  }

  /// The slots of the next slab of a pool that doubles; `missing` of them at least.
  [[nodiscard]] std::size_t growth(std::size_t capacity, std::size_t missing = 1) const {
    constexpr std::size_t first_bytes = 4096;
    const std::size_t least = std::max<std::size_t>(8, first_bytes / slot_bytes);
    const std::size_t n = std::max({capacity, least, missing});
    if (capacity > max_slots() || n > max_slots() - capacity) {
      throw CapacityError("the pool cannot double again", kMaxBytes, kMaxBytes);
    }
    return n;
  }

  void check_count(const char *argument, std::size_t n) const {
    if (n > max_slots()) {
      throw InvalidArgumentError(argument, std::to_string(n),
                                 "0 to " + std::to_string(max_slots()) + " slots of " +
                                     std::to_string(slot_bytes) + " bytes");
    }
  }
};

/// Uninitialised memory, or CapacityError.
class Slab {
public:
  Slab(const SlotShape &shape, std::size_t n_slots)
      : align_(std::max(shape.align, kCacheLineBytes)), bytes_(n_slots * shape.slot_bytes),
        n_slots_(n_slots), base_(static_cast<std::byte *>(
                               ::operator new(bytes_, std::align_val_t{align_}, std::nothrow))) {
    if (base_ == nullptr) {
      throw CapacityError("no memory for a slab of the pool", bytes_, kMaxBytes);
    }
    poison(base_, bytes_);
  }
  Slab(const Slab &) = delete;
  Slab &operator=(const Slab &) = delete;
  Slab(Slab &&other) noexcept
      : align_(other.align_), bytes_(other.bytes_), n_slots_(other.n_slots_),
        base_(std::exchange(other.base_, nullptr)) {}
  Slab &operator=(Slab &&other) noexcept {
    std::swap(align_, other.align_);
    std::swap(bytes_, other.bytes_);
    std::swap(n_slots_, other.n_slots_);
    std::swap(base_, other.base_);
    return *this;
  }
  ~Slab() {
    if (base_ != nullptr) {
      unpoison(base_, bytes_);
      ::operator delete(base_, std::align_val_t{align_});
    }
  }

  [[nodiscard]] std::byte *base() const noexcept { return base_; }
  [[nodiscard]] std::byte *end() const noexcept { return base_ + bytes_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t n_slots() const noexcept { return n_slots_; }
  /// One compare: an address below the base wraps to a huge offset.
  [[nodiscard]] bool contains(const void *p) const noexcept {
    return reinterpret_cast<std::uintptr_t>(p) - reinterpret_cast<std::uintptr_t>(base_) < bytes_;
  }

private:
  std::size_t align_, bytes_, n_slots_;
  std::byte *base_;
};

/// Makes the pages of a free slot resident by writing to each of them.
inline void touch_slot(void *slot, const SlotShape &shape) noexcept {
  constexpr std::size_t least_page = 4096;
  unpoison(slot, shape.slot_bytes);
  auto *bytes = static_cast<volatile std::byte *>(slot);
  for (std::size_t at = 0; at < shape.slot_bytes; at += least_page) {
    bytes[at] = std::byte{0};
  }
  bytes[shape.slot_bytes - 1] = std::byte{0};
  poison(slot, shape.slot_bytes);
}

} // namespace vmperf::pool
