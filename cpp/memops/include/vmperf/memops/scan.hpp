// Comparing and searching. What lies outside [p, p + n) has no influence, and nothing outside its
// pages is read. O(n), ends at the first difference or match; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vmperf/memops/inline/few.hpp"
#include "vmperf/memops/inline/find_few.hpp"
#include "vmperf/memops/ops.hpp"

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

/// Index of the first `byte`; n where there is none. 8 to 16 bytes inline.
[[nodiscard]] inline std::size_t find_byte(const void *p, unsigned char byte, std::size_t n) {
  if (n - 8 <= 8) {
    return detail::find_few(p, byte, n);
  }
  return ops().find_byte(p, byte, n);
}

/// 16 to 64 bytes inline.
[[nodiscard]] inline bool is_zero(const void *p, std::size_t n) {
  if (detail::is_few(n)) {
    return detail::is_zero_few(p, n);
  }
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
