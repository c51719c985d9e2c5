// Sixteen references at a time: which of them lie in a range. Arrays that were written to are
// looked through whole in a minor collection; a test of each slot is a branch nobody can predict.
// About 1.5 instructions a reference; for any machine, by the compiler's vector types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "vmperf/gc/object.hpp"

namespace vmperf::gc {

inline constexpr std::size_t kRefBlock = 16;
inline constexpr std::uint32_t kWholeBlock = 0xFFFF;

/// Bit i: slots[i] - begin < units.
[[nodiscard]] inline std::uint32_t which_within(const Ref *slots, Ref begin, Ref units) noexcept {
  using Lanes [[gnu::vector_size(16)]] = std::uint32_t;
  using Signed [[gnu::vector_size(16)]] = std::int32_t;
  // Lanes are compared with a sign on most machines: both sides are moved by half of the range.
  constexpr std::uint32_t kHalf = 1U << 31U;
  const Ref least = begin + kHalf;
  const auto most = static_cast<std::int32_t>(units - kHalf);
  const Lanes first{least, least, least, least};
  const Signed size{most, most, most, most};
  const auto bits = [&](std::uint32_t i) {
    Lanes four;
    std::memcpy(&four, slots + i, sizeof four);
    const Lanes weights{1U << i, 2U << i, 4U << i, 8U << i};
    return reinterpret_cast<Lanes>(reinterpret_cast<Signed>(four - first) < size) & weights;
  };
  const Lanes found = bits(0) | bits(4) | bits(8) | bits(12);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, &found, sizeof low);
  std::memcpy(&high, reinterpret_cast<const std::byte *>(&found) + sizeof low, sizeof high);
  const std::uint64_t both = low | high;
  return static_cast<std::uint32_t>(both | (both >> 32U));
}

} // namespace vmperf::gc
