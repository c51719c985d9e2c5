// Comparing and searching. What lies outside [p, p + n) has no influence, and nothing outside its
// pages is read. O(n), ends at the first difference or match; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/memops/ops.hpp"

#if defined(__SSE2__) && !defined(__SANITIZE_ADDRESS__) && !defined(VMPERF_CHECKS)
#define VMPERF_MEMOPS_INLINE_FIND 1
#include <emmintrin.h>
#endif

namespace vmperf::memops {

/// < 0, 0 or > 0 as the first differing byte of a is below or above b's.
[[nodiscard]] inline int compare(const void *a, const void *b, std::size_t n) {
  return ops().compare(a, b, n);
}

/// Index of the first difference; n where there is none.
[[nodiscard]] inline std::size_t mismatch(const void *a, const void *b, std::size_t n) {
  return ops().mismatch(a, b, n);
}

[[nodiscard]] inline bool equal(const void *a, const void *b, std::size_t n) {
  return ops().mismatch(a, b, n) == n;
}

template <std::size_t kBytes>
[[nodiscard]] [[gnu::always_inline]] inline bool equal(const void *a, const void *b) {
  if constexpr (kBytes <= 64) {
    return __builtin_memcmp(a, b, kBytes) == 0;
  } else {
    return equal(a, b, kBytes);
  }
}

#ifdef VMPERF_MEMOPS_INLINE_FIND
namespace detail {

/// Whether 16 bytes from p are in one page.
[[nodiscard]] inline bool has_16_in_page(const void *p) noexcept {
  return (reinterpret_cast<std::uintptr_t>(p) & 4095U) <= 4096 - 16;
}

/// n <= 16 and has_16_in_page(p): one vector, and a match beyond the end as a sentinel. The load is
/// hidden from the compiler, to which it would reach out of the object.
[[nodiscard]] inline std::size_t find_in_16(const void *p, unsigned char byte, std::size_t n) {
  __m128i v;
  asm("movdqu (%1), %0" : "=x"(v) : "r"(p), "m"(*static_cast<const unsigned char(*)[]>(p)));
  const __m128i like = _mm_cmpeq_epi8(v, _mm_set1_epi8(static_cast<char>(byte)));
  const unsigned found = static_cast<unsigned>(_mm_movemask_epi8(like)) | (1U << n);
  return static_cast<std::size_t>(__builtin_ctz(found));
}

} // namespace detail
#endif

/// Index of the first `byte`; n where there is none. Up to 16 bytes inline, on x86-64 by SSE2
/// whatever the level.
[[nodiscard]] inline std::size_t find_byte(const void *p, unsigned char byte, std::size_t n) {
#ifdef VMPERF_MEMOPS_INLINE_FIND
  if (n - 1 < 16 && detail::has_16_in_page(p)) {
    return detail::find_in_16(p, byte, n);
  }
#endif
  return ops().find_byte(p, byte, n);
}

[[nodiscard]] inline bool is_zero(const void *p, std::size_t n) {
  return ops().is_zero(p, n);
}

/// zero[i] = whether page i of the range is all zero, for n / page_bytes pages (a rest shorter than
/// a page counts as one more). InvalidArgumentError where page_bytes is 0 or `zero` has another
/// size.
VMPERF_MEMOPS_API void zero_pages(const void *p, std::size_t n, std::size_t page_bytes,
                                  std::span<bool> zero);

/// How many entries zero_pages() fills.
[[nodiscard]] constexpr std::size_t page_count(std::size_t n, std::size_t page_bytes) noexcept {
  return page_bytes == 0 ? 0 : n / page_bytes + (n % page_bytes != 0 ? 1 : 0);
}

/// Indices of the pages that differ, ascending. InvalidArgumentError where page_bytes is 0.
[[nodiscard]] VMPERF_MEMOPS_API std::vector<std::uint64_t>
page_diff(const void *a, const void *b, std::size_t n, std::size_t page_bytes = 4096);

} // namespace vmperf::memops
