// Searching 8 to 16 bytes where they are searched: two overlapping words, compared as one vector on
// x86-64, whose every unit is compiled for it, and by Mycroft's test (comp.arch, 1987) elsewhere. A
// call would cost as much as the search. O(1); thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vmperf::memops::detail {

#ifdef __SSE2__

/// Index of the first `byte`, else n; 8 <= n <= 16.
[[nodiscard]] inline std::size_t find_few(const void *p, unsigned char byte, std::size_t n) {
  const auto *const at = static_cast<const unsigned char *>(p);
  const __m128i first = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(at));
  const __m128i last = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(at + n - 8));
  const __m128i like =
      _mm_cmpeq_epi8(_mm_unpacklo_epi64(first, last), _mm_set1_epi8(static_cast<char>(byte)));
  const auto found = static_cast<unsigned>(_mm_movemask_epi8(like));
  const auto lane = static_cast<std::size_t>(__builtin_ctz(found | 0x10000U));
  return lane < 8 ? lane : lane + n - 16; // none: lane 16
}

#else

/// A word whose lowest set bit is the top one of the first byte equal to `byte`; 0 where none is.
[[nodiscard]] inline std::uint64_t like(const unsigned char *p, unsigned char byte) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::uint64_t x = 0;
  __builtin_memcpy(&x, p, sizeof x);
  x ^= kOnes * byte;
  return (x - kOnes) & ~x & (kOnes << 7U);
}

/// Index of the first `byte`, else n; 8 <= n <= 16.
[[nodiscard]] inline std::size_t find_few(const void *p, unsigned char byte, std::size_t n) {
  const auto *const at = static_cast<const unsigned char *>(p);
  const std::uint64_t first = like(at, byte);
  const std::uint64_t last = like(at + n - 8, byte);
  const std::size_t start = first != 0 ? 0 : n - 8;
  const std::uint64_t found = first != 0 ? first : last;
  return found == 0 ? n : start + static_cast<std::size_t>(__builtin_ctzll(found)) / 8;
}

#endif

} // namespace vmperf::memops::detail
