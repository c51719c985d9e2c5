#include "vmperf/memops/crc32c.hpp"

#include <array>

#include "vmperf/memops/copy.hpp"

namespace vmperf::memops {
namespace {

#include "kernels/gf2.inl"

// at[i][d]: x to the 8 d 16^i, for each hexadecimal digit of a size in bytes.
constexpr auto kPowers = [] {
  std::array<std::array<std::uint32_t, 16>, 16> table{};
  std::uint32_t digit = power_of_x(8);
  for (auto &row : table) {
    row[0] = power_of_x(0);
    for (std::size_t d = 1; d < row.size(); ++d) {
      row[d] = times(row[d - 1], digit);
    }
    digit = times(row.back(), digit);
  }
  return table;
}();

} // namespace

std::uint32_t crc32c_combine(std::uint32_t crc_a, std::uint32_t crc_b,
                             std::uint64_t size_b) noexcept {
  for (std::size_t i = 0; size_b != 0; ++i, size_b >>= 4U) {
    if ((size_b & 0xfU) != 0) {
      crc_a = times(crc_a, kPowers[i][size_b & 0xfU]);
    }
  }
  return crc_a ^ crc_b; // what is complemented at the seam cancels out
}

std::uint32_t detail::move_crc32c(void *dst, const void *src, std::size_t n, std::uint32_t value) {
  const std::uint32_t crc = crc32c(src, n, value);
  move(dst, src, n);
  return crc;
}

} // namespace vmperf::memops
