// How the benchmarks prove an allocator's work: stamps written into blocks, checks of the addresses
// handed out, and a trial of the whole face. Used by benches, designs and peers only. A stamp is a
// function of the address, so that a second block at the same place, or a free list kept inside a
// live block, is seen. write_first is O(1), the rest O(bytes), a check O(n log n); one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "vmperf/alloc/face.hpp"

namespace vmperf::alloc {

struct Placed {
  void *address = nullptr;
  std::size_t size = 0;
};

namespace proof {

inline std::uint64_t stamp_of(const void *p) noexcept {
  return reinterpret_cast<std::uintptr_t>(p) ^ 0x9e3779b97f4a7c15U;
}

/// For blocks of 8 bytes or more.
[[gnu::always_inline]] inline void write_first(void *p) noexcept {
  const std::uint64_t stamp = stamp_of(p);
  std::memcpy(p, &stamp, sizeof stamp);
}

[[nodiscard, gnu::always_inline]] inline bool has_first(const void *p) noexcept {
  std::uint64_t stamp = 0;
  std::memcpy(&stamp, p, sizeof stamp);
  return stamp == stamp_of(p);
}

/// Stamps all of a block, its last bytes too.
void write_all(const Placed &block) noexcept;

/// What malloc owes a block of this size: 16 where it may hold anything, else 8.
constexpr std::size_t owed_align(std::size_t size) noexcept {
  return size >= 16 ? 16 : 8;
}

/// Empty, or what is wrong: null, misaligned or overlapping blocks.
[[nodiscard]] std::string check_addresses(std::span<const Placed> blocks);

/// Empty, or which block no longer carries the stamps of write_all().
[[nodiscard]] std::string check_stamps(std::span<const Placed> blocks);

/// Empty, or what is wrong with the face at these sizes, 8 bytes or more each: a trial of malloc,
/// calloc over dirty memory, realloc, aligned_alloc and usable_size, with all blocks live at once,
/// and whether memory that was freed comes again. Always empty for a face that allocates nothing.
[[nodiscard]] std::string try_face(const Face &face, std::span<const std::size_t> sizes);

} // namespace proof
} // namespace vmperf::alloc
