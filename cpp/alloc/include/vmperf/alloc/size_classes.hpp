// The sizes that blocks have: 16-byte steps to 1 KiB (a shift, no table), then four per doubling.
//
//   class   0 ..  63     16, 32, ... 1024          slab blocks
//          64 ..  83     1280, 1536, ... 32 KiB    slab blocks
//          84 .. 135     40 KiB, ... 256 MiB       spans of whole units of 64 KiB
//
// At most a quarter of a block is unused above 1 KiB, and of a span the unused pages are never
// touched. All O(1), constexpr. Source: jemalloc's size classes (four per doubling), SIZE_CLASSES
// in its jemalloc(3).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace vmperf::alloc {

inline constexpr unsigned kUnitShift = 16;
inline constexpr std::size_t kUnitBytes = std::size_t{1} << kUnitShift;
inline constexpr std::size_t kFineMost = 1024;                    ///< ends the 16-byte steps
inline constexpr std::size_t kSlabMost = std::size_t{32} << 10U;  ///< the largest slab block
inline constexpr std::size_t kSpanMost = std::size_t{256} << 20U; ///< above: a mapping each
inline constexpr std::size_t kMostBytes = PTRDIFF_MAX;            ///< above: refused
inline constexpr unsigned kFineClasses = 64, kSlabClasses = 84, kClasses = 136;

/// The class of a size from 1025 to kSpanMost.
[[nodiscard]] constexpr unsigned coarse_class_of(std::size_t size) noexcept {
  const auto log = static_cast<unsigned>(std::bit_width(size - 1)) - 1; // 10 and more
  return kFineClasses + (log - 10) * 4 + static_cast<unsigned>(((size - 1) >> (log - 2)) & 3U);
}

/// The class of a size from 1 to kSpanMost.
[[nodiscard]] constexpr unsigned class_of(std::size_t size) noexcept {
  return size <= kFineMost ? static_cast<unsigned>((size - 1) >> 4U) : coarse_class_of(size);
}

/// What a block of a class holds.
[[nodiscard]] constexpr std::size_t class_bytes(unsigned size_class) noexcept {
  if (size_class < kFineClasses) {
    return (std::size_t{size_class} + 1) * 16;
  }
  const unsigned above = size_class - kFineClasses;
  return std::size_t{5 + above % 4} << (8 + above / 4);
}

/// Units of a span of a class.
[[nodiscard]] constexpr std::uint32_t class_units(unsigned size_class) noexcept {
  return static_cast<std::uint32_t>((class_bytes(size_class) + kUnitBytes - 1) >> kUnitShift);
}

static_assert(class_bytes(kFineClasses - 1) == kFineMost && class_of(kFineMost) == 63);
static_assert(class_bytes(kSlabClasses - 1) == kSlabMost && class_of(kSlabMost) == 83);
static_assert(class_bytes(kClasses - 1) == kSpanMost && class_of(kSpanMost) == kClasses - 1);

} // namespace vmperf::alloc
