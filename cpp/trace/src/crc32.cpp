#include "crc32.hpp"

#include <array>

namespace vmperf::trace {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() noexcept {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    tables[0][i] = crc;
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    for (std::size_t k = 1; k < 8; ++k) {
      tables[k][i] = (tables[k - 1][i] >> 8U) ^ tables[0][tables[k - 1][i] & 255U];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

} // namespace

std::uint32_t crc32(std::uint32_t crc, const void *data, std::size_t bytes) noexcept {
  const auto *at = static_cast<const std::uint8_t *>(data);
  crc = ~crc;
  for (; bytes >= 8; bytes -= 8, at += 8) {
    const std::uint32_t low = crc ^ (std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8U |
                                     std::uint32_t{at[2]} << 16U | std::uint32_t{at[3]} << 24U);
    crc = kTables[7][low & 255U] ^ kTables[6][(low >> 8U) & 255U] ^
          kTables[5][(low >> 16U) & 255U] ^ kTables[4][low >> 24U] ^ kTables[3][at[4]] ^
          kTables[2][at[5]] ^ kTables[1][at[6]] ^ kTables[0][at[7]];
  }
  for (; bytes != 0; --bytes, ++at) {
    crc = (crc >> 8U) ^ kTables[0][(crc ^ *at) & 255U];
  }
  return ~crc;
}

} // namespace vmperf::trace
