// The pieces of a `.vmt` file (file.hpp draws it) that writer and reader share: little-endian
// fields, varints, the file's head. Plain functions over bytes; nothing here does I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "recording.hpp"
#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

inline constexpr std::array<char, 8> kMagic = {'v', 'm', 'p', 't', 'r', 'a', 'c', 'e'};
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kHeadBytes = 96;
inline constexpr std::size_t kBlockHeadBytes = 24;
inline constexpr std::uint32_t kTraceBlockMagic = 0x316b6c62U; // "blk1"
inline constexpr std::uint32_t kMostBlockOps = 65536;
inline constexpr std::size_t kMostOpBytes = 32; // 1 + 9 + 5 + 10 + 1 + 5
inline constexpr std::size_t kMostTextBytes = std::size_t{1} << 20U;

using Bytes = std::vector<std::uint8_t>;

template <class T> void put(Bytes &out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
}

template <class T> [[nodiscard]] T get(const std::uint8_t *at) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= std::uint64_t{at[i]} << (8 * i);
  }
  return static_cast<T>(value);
}

inline void put_varint(Bytes &out, std::uint64_t value) {
  for (; value >= 128; value >>= 7U) {
    out.push_back(static_cast<std::uint8_t>(value | 128U));
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

/// The varint at `at`, which moves behind it; false where it goes past `end` or 64 bits.
[[nodiscard]] inline bool get_varint(const std::uint8_t *&at, const std::uint8_t *end,
                                     std::uint64_t &value) noexcept {
  value = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t byte = *at++;
    if (shift == 63 && byte > 1) {
      return false;
    }
    value |= (byte & 127U) << shift;
    if (byte < 128) {
      return true;
    }
  }
  return false;
}

struct Totals {
  std::uint64_t n_ops = 0;
  std::uint64_t n_blocks = 0;
  std::uint32_t n_slots = 0;
  std::uint32_t n_threads = 0;
};

/// Head and text, whole and with their CRC.
[[nodiscard]] Bytes encode_head(const Header &header, const Totals &totals);

} // namespace vmperf::trace
