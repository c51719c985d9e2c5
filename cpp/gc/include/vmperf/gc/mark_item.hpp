// What lies in the stacks and deques of a marker: an object to scan, or a slice of an array.
//
//   63     59 58          32 31           0
//   [ level+1 |    index    |   object    ]     0 in the upper half: the whole object
//
// A slice of level l is the (index)-th run of `chunk << l` references. Halving one gives two of the
// level below, so that a huge array is split as a tree is: whoever steals the oldest slice has half
// of what is left, and no worker scans more than `chunk` references between two looks at the
// others. Plain values.
#pragma once

#include <bit>
#include <cstdint>

namespace vmperf::gc {

struct MarkItem {
  std::uint64_t bits = 0;

  [[nodiscard]] static constexpr MarkItem whole(std::uint32_t object) noexcept { return {object}; }
  [[nodiscard]] static constexpr MarkItem slice(std::uint32_t object, unsigned level,
                                                std::uint64_t index) noexcept {
    return {(std::uint64_t{level + 1} << 59U) | (index << 32U) | object};
  }
  /// The slice that covers an array of more than `chunk` references, both above 0.
  [[nodiscard]] static constexpr MarkItem all_of(std::uint32_t array, std::uint64_t length,
                                                 std::uint64_t chunk) noexcept {
    const std::uint64_t chunks = (length + chunk - 1) / chunk;
    return slice(array, static_cast<unsigned>(std::bit_width(chunks - 1)), 0);
  }

  [[nodiscard]] constexpr std::uint32_t object() const noexcept {
    return static_cast<std::uint32_t>(bits);
  }
  [[nodiscard]] constexpr bool is_slice() const noexcept { return (bits >> 59U) != 0; }
  [[nodiscard]] constexpr unsigned level() const noexcept {
    return static_cast<unsigned>(bits >> 59U) - 1;
  }
  [[nodiscard]] constexpr std::uint64_t index() const noexcept {
    return (bits >> 32U) & ((std::uint64_t{1} << 27U) - 1);
  }
  /// The two halves of a slice whose level is not 0.
  [[nodiscard]] constexpr MarkItem lower() const noexcept {
    return slice(object(), level() - 1, 2 * index());
  }
  [[nodiscard]] constexpr MarkItem upper() const noexcept {
    return slice(object(), level() - 1, 2 * index() + 1);
  }
  /// Where it begins and how many references it has room for; the array may end before.
  [[nodiscard]] constexpr std::uint64_t begin(std::uint64_t chunk) const noexcept {
    return index() * (chunk << level());
  }
  [[nodiscard]] constexpr std::uint64_t end(std::uint64_t chunk) const noexcept {
    return (index() + 1) * (chunk << level());
  }
};

} // namespace vmperf::gc
