// CRC-32C by eight tables, for any CPU: 8 bytes at a time. Source: Kounavis, Berry, Novel Table
// Lookup-Based Algorithms for High-Performance CRC Generation, IEEE Trans. Comput. 57(11), 2008.
#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::scalar_crc32c {
namespace {

#include "../kernels/words.inl"

#include "../kernels/gf2.inl"

// at[k][b]: the byte b, with k more behind it.
struct Tables {
  std::uint32_t at[8][256]; // NOLINT(modernize-avoid-c-arrays)
};
constexpr Tables kTables = [] {
  Tables table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t c = b;
    for (int i = 0; i < 8; ++i) {
      c = times_x(c);
    }
    table.at[0][b] = c;
  }
  for (unsigned k = 1; k < 8; ++k) {
    for (unsigned b = 0; b < 256; ++b) {
      const std::uint32_t before = table.at[k - 1][b];
      table.at[k][b] = (before >> 8U) ^ table.at[0][before & 0xffU];
    }
  }
  return table;
}();

inline std::uint32_t step(std::uint32_t c, std::uint64_t word) {
  word ^= c;
  std::uint32_t sum = 0;
#pragma GCC unroll 8
  for (unsigned i = 0; i < 8; ++i) {
    sum ^= kTables.at[7 - i][(word >> (8 * i)) & 0xffU];
  }
  return sum;
}

inline std::uint32_t step_byte(std::uint32_t c, Byte byte) {
  return (c >> 8U) ^ kTables.at[0][(c ^ byte) & 0xffU];
}

template <bool kCopy>
inline std::uint32_t crc_of(std::uint32_t value, const Byte *p, Byte *d, std::size_t n) {
  std::uint32_t c = ~value;
  std::size_t i = 0;
  for (; n - i >= 8; i += 8) {
    const auto word = V8::load(p + i);
    if constexpr (kCopy) {
      V8::store(d + i, word);
    }
    c = step(c, word);
  }
  for (; i < n; ++i) {
    const Byte byte = p[i];
    if constexpr (kCopy) {
      d[i] = byte;
    }
    c = step_byte(c, byte);
  }
  return ~c;
}

std::uint32_t crc32c_entry(const void *p, std::size_t n, std::uint32_t value) {
  return crc_of<false>(value, static_cast<const Byte *>(p), nullptr, n);
}

std::uint32_t copy_crc32c_entry(void *dst, const void *src, std::size_t n, std::uint32_t value) {
  return crc_of<true>(value, static_cast<const Byte *>(src), static_cast<Byte *>(dst), n);
}

} // namespace

Crc32cKernels crc32c() noexcept {
  return {.crc32c = crc32c_entry, .copy_crc32c = copy_crc32c_entry};
}

} // namespace vmperf::memops::scalar_crc32c
