// Fills. 16 to 64 bytes are inlined, and sizes known at compile time up to 256; others go through
// the table of the tier in use. O(n); thread-safe. With Hint::stream the destination is written past
// the caches: at 64 KiB and more of cold memory that saves reading every line first.
#pragma once

#include <cstddef>

#include "vmperf/memops/inline/few.hpp"
#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

inline void fill(void *dst, unsigned char byte, std::size_t n, Hint hint = Hint::automatic) {
  if (detail::is_few(n)) {
    detail::fill_few(dst, byte, n);
    return;
  }
  const Ops &table = ops();
  if (hint == Hint::automatic || n < 1024) {
    table.fill(dst, byte, n);
  } else if (hint == Hint::stream) {
    table.fill_stream(dst, byte, n);
  } else {
    table.fill_temporal(dst, byte, n);
  }
}

inline void zero(void *dst, std::size_t n, Hint hint = Hint::automatic) {
  fill(dst, 0, n, hint);
}

template <std::size_t kBytes>
[[gnu::always_inline]] inline void fill(void *dst, unsigned char byte) {
  if constexpr (kBytes <= 256) {
    auto *to = static_cast<unsigned char *>(dst);
    constexpr std::size_t kWhole = kBytes / 64 * 64;
    for (std::size_t i = 0; i < kWhole; i += 64) {
      __builtin_memset(to + i, byte, 64);
    }
    __builtin_memset(to + kWhole, byte, kBytes - kWhole);
  } else {
    fill(dst, byte, kBytes);
  }
}

template <std::size_t kBytes> [[gnu::always_inline]] inline void zero(void *dst) {
  fill<kBytes>(dst, 0);
}

} // namespace vmperf::memops
