// Sizes of the cells of mark-sweep: multiples of 16 bytes up to 512, then four to a doubling.
// O(1), constexpr.
#pragma once

#include <bit>
#include <cstddef>

namespace vmperf::gc {

inline constexpr std::size_t kSizeClasses = 49; ///< 1 to 48; 0 is none

/// The least class whose cells hold `bytes`, 1 to 8192.
[[nodiscard]] constexpr std::size_t size_class(std::size_t bytes) noexcept {
  if (bytes <= 512) {
    return (bytes + 15) / 16;
  }
  const auto doubling = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 10; // 0: 513 to 1024
  const std::size_t quarter = std::size_t{128} << doubling;
  return 33 + doubling * 4 + (bytes - (std::size_t{512} << doubling) - 1) / quarter;
}

[[nodiscard]] constexpr std::size_t cell_bytes(std::size_t index) noexcept {
  if (index <= 32) {
    return index * 16;
  }
  const std::size_t doubling = (index - 33) / 4;
  return (std::size_t{512} << doubling) + ((index - 33) % 4 + 1) * (std::size_t{128} << doubling);
}

} // namespace vmperf::gc
