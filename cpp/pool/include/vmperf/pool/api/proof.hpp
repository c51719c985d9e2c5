// How pool benchmarks prove their work: stamps written into items, and checks of the addresses
// handed out. Used by benches, designs and peers only. Stamps are a function of the address, so
// that a second object at the same place, or a free list kept inside a live object, is seen.
// write_first is O(1), the rest O(bytes); one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "vmperf/base/align.hpp"

namespace vmperf::pool::proof {

inline std::uint64_t stamp_of(const void *p) noexcept {
  return reinterpret_cast<std::uintptr_t>(p) ^ 0x9e3779b97f4a7c15U;
}

[[gnu::always_inline]] inline void write_first(void *p) noexcept {
  const std::uint64_t stamp = stamp_of(p);
  std::memcpy(p, &stamp, sizeof stamp);
}

// All whole words of the item, 16 bytes a store: the same code for every design and size.
[[gnu::always_inline]] inline void write_all(void *p, std::size_t bytes) noexcept {
  struct Pair {
    std::uint64_t low, high;
  };
  const Pair pair = {.low = stamp_of(p), .high = stamp_of(p)};
  auto *at = static_cast<std::byte *>(p);
  for (; bytes >= 64; bytes -= 64, at += 64) {
    std::memcpy(at, &pair, sizeof pair);
    std::memcpy(at + 16, &pair, sizeof pair);
    std::memcpy(at + 32, &pair, sizeof pair);
    std::memcpy(at + 48, &pair, sizeof pair);
  }
  for (; bytes >= 16; bytes -= 16, at += 16) {
    std::memcpy(at, &pair, sizeof pair);
  }
  if (bytes >= 8) {
    std::memcpy(at, &pair.low, sizeof pair.low);
  }
}

/// The alignment every design owes an item of this size.
constexpr std::size_t owed_align(std::size_t item_bytes) noexcept {
  return std::min<std::size_t>(16, item_bytes & (~item_bytes + 1));
}

/// Empty, or what is wrong: null, misaligned or overlapping items.
[[nodiscard]] std::string check_addresses(std::span<void *const> items, std::size_t item_bytes);

/// Empty, or which item's first `bytes` no longer carry its stamp.
[[nodiscard]] std::string check_stamps(std::span<void *const> items, std::size_t bytes);

} // namespace vmperf::pool::proof
