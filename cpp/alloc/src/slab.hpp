// A slab: one unit of 64 KiB cut into blocks of one class, with its bookkeeping outside of it.
//
//   Slab    [ header 64 B | 64 words of free bits ]    its owner's alone
//   Remote  [ 64 words of freed bits | pending ]       what other threads freed, until the owner
//                                                      ORs it into its own words
//
// Both lie in arrays over all units, 576 bytes a slab each, of which a page is resident once a slab
// near by is in use: 0.9 % of the slab, twice that where others free its blocks. The stride is no
// power of two, so that the first words of many slabs do not meet in the same sets of a cache.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vmperf/alloc/size_classes.hpp"

namespace vmperf::alloc {

inline constexpr std::size_t kMostWords = kUnitBytes / 16 / 64;

struct alignas(64) Slab {
  std::uint32_t next, previous; // slabs with free bits of the same heap and class; unit 0 ends
  std::uint16_t size_class, capacity, n_words;
  std::uint16_t n_free;
  std::uint16_t hint;         // no word before it has a bit
  std::uint16_t purged_pages; // one bit for each page of 4 KiB that went back to the system
  std::uint8_t stamp;         // tick of the last spill into it
  bool listed;
  std::array<std::uint64_t, kMostWords> words;
};
static_assert(sizeof(Slab) == 64 + 8 * kMostWords);

struct alignas(64) Remote {
  std::array<std::atomic<std::uint64_t>, kMostWords> words;
  std::atomic<std::uint32_t> pending; // on its owner's list, or about to be
  std::atomic<std::uint32_t> next;    // in that list
};

/// std::popcount calls a library where the build may not use the instruction; this is a dozen
/// instructions everywhere. Source: Warren, Hacker's Delight, section 5-1.
constexpr std::uint32_t count_ones(std::uint64_t bits) noexcept {
  bits -= (bits >> 1U) & 0x5555555555555555U;
  bits = (bits & 0x3333333333333333U) + ((bits >> 2U) & 0x3333333333333333U);
  bits = (bits + (bits >> 4U)) & 0x0f0f0f0f0f0f0f0fU;
  return static_cast<std::uint32_t>((bits * 0x0101010101010101U) >> 56U);
}

/// What is needed of a class to find a block in its slab and back.
struct ClassShape {
  std::uint32_t bytes;
  std::uint32_t inverse; // ceil(2^32 / bytes)
  std::uint16_t capacity, n_words;

  /// The block that an offset into the slab lies in: offset / bytes, exactly. With the inverse off
  /// by less than bytes / 2^32, offset * bytes < 2^31 keeps the error below one part of a block.
  [[nodiscard]] constexpr std::uint32_t index_of(std::uint32_t offset) const noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{offset} * inverse) >> 32U);
  }
};

constexpr ClassShape shape_of(unsigned size_class) noexcept {
  const auto bytes = static_cast<std::uint32_t>(class_bytes(size_class));
  const auto capacity = static_cast<std::uint16_t>(kUnitBytes / bytes);
  return {.bytes = bytes,
          .inverse = static_cast<std::uint32_t>(((std::uint64_t{1} << 32U) + bytes - 1) / bytes),
          .capacity = capacity,
          .n_words = static_cast<std::uint16_t>((capacity + 63) / 64)};
}

inline constexpr std::array<ClassShape, kSlabClasses> kShapes = [] {
  std::array<ClassShape, kSlabClasses> shapes{};
  for (unsigned i = 0; i < kSlabClasses; ++i) {
    shapes[i] = shape_of(i);
  }
  return shapes;
}();

} // namespace vmperf::alloc
