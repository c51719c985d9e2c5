// Filling and testing 16 to 64 bytes where that is asked for: four vectors of 16 that overlap where n
// is not 64, so that no branch depends on n. A call through the table costs as much as the work. In
// vectors that every compiler has; x86-64 and AArch64 have them in each unit. A fill is 14
// instructions, four of them stores, a test 19; neither has a branch. O(1); thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::memops::detail {

inline constexpr std::size_t kLeastFew = 16, kMostFew = 64;

/// One comparison for kLeastFew <= n <= kMostFew.
[[nodiscard]] constexpr bool is_few(std::size_t n) noexcept {
  return n - kLeastFew <= kMostFew - kLeastFew;
}

/// Where the second and the third of four vectors begin: 0, second, third, n - 16.
[[nodiscard]] constexpr std::size_t second_of(std::size_t n) noexcept {
  return n - 16 < 16 ? n - 16 : 16;
}
[[nodiscard]] constexpr std::size_t third_of(std::size_t n) noexcept {
  return n < 32 ? 0 : n - 32;
}

// NOLINTBEGIN(modernize-use-using): an alias would lose the attributes
typedef std::uint8_t FewBytes __attribute__((vector_size(16)));
typedef std::uint64_t FewWords __attribute__((vector_size(16)));
// NOLINTEND(modernize-use-using)

/// is_few(n).
[[gnu::always_inline]] inline void fill_few(void *dst, unsigned char byte, std::size_t n) noexcept {
  const FewBytes v = byte - FewBytes{};
  auto *const to = static_cast<unsigned char *>(dst);
  __builtin_memcpy(to, &v, sizeof v);
  __builtin_memcpy(to + second_of(n), &v, sizeof v);
  __builtin_memcpy(to + third_of(n), &v, sizeof v);
  __builtin_memcpy(to + n - sizeof v, &v, sizeof v);
}

/// is_few(n).
[[nodiscard, gnu::always_inline]] inline bool is_zero_few(const void *p, std::size_t n) noexcept {
  const auto *const at = static_cast<const unsigned char *>(p);
  FewWords v[4]; // NOLINT(modernize-avoid-c-arrays)
  __builtin_memcpy(&v[0], at, sizeof v[0]);
  __builtin_memcpy(&v[1], at + second_of(n), sizeof v[0]);
  __builtin_memcpy(&v[2], at + third_of(n), sizeof v[0]);
  __builtin_memcpy(&v[3], at + n - sizeof v[0], sizeof v[0]);
  const FewWords all = (v[0] | v[1]) | (v[2] | v[3]);
  return (all[0] | all[1]) == 0;
}

} // namespace vmperf::memops::detail
