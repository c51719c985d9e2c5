// Addresses in messages. O(1); thread-safe.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace vmperf::guestmem {

[[nodiscard]] inline std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

[[nodiscard]] inline std::string range_text(std::uint64_t start, std::uint64_t size_bytes) {
  return std::to_string(size_bytes) + " bytes at " + hex(start);
}

} // namespace vmperf::guestmem
