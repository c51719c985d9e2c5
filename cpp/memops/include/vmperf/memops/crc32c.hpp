// CRC-32C (Castagnoli; iSCSI, ext4, Btrfs, NVMe), as zlib counts: both ends complemented, so that
// a value goes on where it is handed back. What lies outside [p, p + n) has no influence. O(n);
// thread-safe. Check value: that of the nine bytes "123456789" is 0xE3069283.
// Sources: RFC 3720, appendix B.4 (test vectors); Intel SDM, CRC32; README.md for the algorithm.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

namespace detail {
[[nodiscard]] VMPERF_MEMOPS_API std::uint32_t move_crc32c(void *dst, const void *src, std::size_t n,
                                                          std::uint32_t value);
} // namespace detail

/// The CRC of what gave `value`, then of n bytes; 0 is that of nothing.
[[nodiscard]] inline std::uint32_t crc32c(const void *p, std::size_t n, std::uint32_t value = 0) {
  return ops().crc32c(p, n, value);
}

/// The CRC of two ranges, one after the other, from that of each and the second's size in bytes.
/// O(log size_b).
[[nodiscard]] VMPERF_MEMOPS_API std::uint32_t
crc32c_combine(std::uint32_t crc_a, std::uint32_t crc_b, std::uint64_t size_b) noexcept;

/// Copies n bytes and returns their CRC, after what gave `value`, in one pass: of bytes that fit
/// the caches it costs little more than the CRC alone. Overlapping ranges are copied as move()
/// would, in two passes. Nobody may write to `src` meanwhile: where others may, take a guest_copy()
/// first.
inline std::uint32_t copy_crc32c(void *dst, const void *src, std::size_t n,
                                 std::uint32_t value = 0) {
  const auto ahead = reinterpret_cast<std::uintptr_t>(dst) - reinterpret_cast<std::uintptr_t>(src);
  if (ahead < n || 0 - ahead < n) [[unlikely]] {
    return detail::move_crc32c(dst, src, n, value);
  }
  return ops().copy_crc32c(dst, src, n, value);
}

} // namespace vmperf::memops
