// Alignment arithmetic. All O(1), all thread-safe.
#pragma once

#include <cstddef>

namespace vmperf {

inline constexpr std::size_t kCacheLineBytes = 64;

constexpr bool is_power_of_two(std::size_t value) noexcept {
  return value != 0 && (value & (value - 1)) == 0;
}

/// The least multiple of a power of two that is not below value; value must leave room for it.
constexpr std::size_t align_up(std::size_t value, std::size_t alignment) noexcept {
  return (value + alignment - 1) & ~(alignment - 1);
}

} // namespace vmperf
