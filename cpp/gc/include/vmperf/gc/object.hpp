// Objects and references as all collectors see them.
//   Ref      32 bits, in units of 8 bytes from the heap's base; 0 is null
//   object   [ header 8 B | references, 4 B each | scalars, from a multiple of 8 B ]
//   header   63        32 31    16 15         8 7   4 3      2        1          0
//            [ words or  | type   | references | age | - | pinned | unlogged | forwarded ]
//              length
// The header alone says where an object's references are: no descriptor is read while tracing.
// Where an object has moved from, the high half of the header is its new place. A two-field node
// has 16 bytes. O(1) each; plain words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace vmperf::gc {

using Ref = std::uint32_t;

inline constexpr std::uint64_t kForwarded = 1; ///< the object is elsewhere
inline constexpr std::uint64_t kUnlogged = 2;  ///< old, and not in the log of this cycle
inline constexpr unsigned kAgeShift = 4;
inline constexpr std::uint64_t kAgeMask = 0xF0;
inline constexpr unsigned kReferencesShift = 8;
inline constexpr unsigned kTypeShift = 16;
inline constexpr unsigned kSizeShift = 32;
inline constexpr std::uint64_t kByteArrayMark = 254; ///< in the place of the number of references
inline constexpr std::uint64_t kRefArrayMark = 255;
inline constexpr std::size_t kHeaderBytes = 8;
inline constexpr std::size_t kUnitBytes = 8;
inline constexpr std::size_t kLargeBytes = 8192; ///< objects above have pages of their own

[[nodiscard]] constexpr std::uint64_t references_mark(std::uint64_t header) noexcept {
  return (header >> kReferencesShift) & 0xFFU;
}

/// Elements of an array, 8-byte words (with the header) of any other object.
[[nodiscard]] constexpr std::uint32_t size_field(std::uint64_t header) noexcept {
  return static_cast<std::uint32_t>(header >> kSizeShift);
}

[[nodiscard]] constexpr std::size_t array_bytes(std::uint64_t mark, std::size_t length) noexcept {
  const std::size_t payload = mark == kRefArrayMark ? length * sizeof(Ref) : length;
  return std::max<std::size_t>(16, (kHeaderBytes + payload + 7) & ~std::size_t{7});
}

[[nodiscard]] constexpr std::size_t object_bytes(std::uint64_t header) noexcept {
  const std::uint64_t mark = references_mark(header);
  return mark < kByteArrayMark ? std::size_t{size_field(header)} * 8
                               : array_bytes(mark, size_field(header));
}

[[nodiscard]] constexpr std::size_t reference_count(std::uint64_t header) noexcept {
  const std::uint64_t mark = references_mark(header);
  if (mark == kRefArrayMark) {
    return size_field(header);
  }
  return mark == kByteArrayMark ? 0 : mark;
}

[[nodiscard]] inline std::uint64_t *object_at(std::byte *base, Ref ref) noexcept {
  return reinterpret_cast<std::uint64_t *>(base + std::size_t{ref} * kUnitBytes);
}

[[nodiscard]] inline Ref ref_of(const std::byte *base, const void *object) noexcept {
  return static_cast<Ref>(static_cast<std::size_t>(static_cast<const std::byte *>(object) - base) /
                          kUnitBytes);
}

/// The references of an object; reference_count() of them.
[[nodiscard]] inline Ref *references(std::uint64_t *object) noexcept {
  return reinterpret_cast<Ref *>(object + 1);
}

} // namespace vmperf::gc
