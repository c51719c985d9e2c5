// Copies. Run-time sizes go through the table of the tier in use; sizes known at compile time up to
// 256 bytes are inlined for whatever the including unit is compiled for. O(n); thread-safe. Sizes
// are cut where branches predict well, not at register widths: see README.md.
// Sources: glibc memmove-vec-unaligned-erms (overlapping head and tail, loads before stores), AMD
// AOCL-LibMem (one masked access up to 64 bytes), google/automemcpy (sizes of production copies).
#pragma once

#include <cstddef>

#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

/// Copies n bytes. Overlapping ranges are copied as move() would.
template <Policy kPolicy = Policy::balanced>
inline void copy(void *dst, const void *src, std::size_t n) {
  const Ops &table = ops();
  if constexpr (kPolicy == Policy::balanced) {
    table.copy_balanced(dst, src, n);
  } else if constexpr (kPolicy == Policy::throughput) {
    table.copy_throughput(dst, src, n);
  } else {
    table.copy_forward(dst, src, n);
  }
}

/// The same with policy and hint at run time. A policy matters up to 64 bytes, a hint above 1 KiB.
inline void copy(void *dst, const void *src, std::size_t n, Policy policy,
                 Hint hint = Hint::automatic) {
  const Ops &table = ops();
  if (n < 1024 || hint == Hint::automatic) {
    table.copy(policy)(dst, src, n);
  } else if (hint == Hint::stream) {
    table.copy_stream(dst, src, n);
  } else {
    table.copy_temporal(dst, src, n);
  }
}

inline void copy(void *dst, const void *src, std::size_t n, Hint hint) {
  copy(dst, src, n, Policy::balanced, hint);
}

/// As copy<Policy::throughput>() without its page guard. The 64 bytes from `dst` and from `src`
/// must be mapped (they are not written), or small copies become slow: for own arenas with slack.
inline void copy_slack(void *dst, const void *src, std::size_t n) {
  ops().copy_slack(dst, src, n);
}

/// Exactly kBytes; the ranges must not overlap. Inlined up to 256 bytes: the compiler's own moves,
/// as wide as the including unit is compiled for.
template <std::size_t kBytes> [[gnu::always_inline]] inline void copy(void *dst, const void *src) {
  if constexpr (kBytes <= 256) {
    auto *to = static_cast<unsigned char *>(dst);
    const auto *from = static_cast<const unsigned char *>(src);
    constexpr std::size_t kWhole = kBytes / 64 * 64;
    for (std::size_t i = 0; i < kWhole; i += 64) {
      __builtin_memcpy(to + i, from + i, 64);
    }
    __builtin_memcpy(to + kWhole, from + kWhole, kBytes - kWhole);
  } else {
    copy(dst, src, kBytes);
  }
}

/// Copies n bytes between ranges that may overlap.
inline void move(void *dst, const void *src, std::size_t n) {
  ops().copy_balanced(dst, src, n);
}

/// `rows` pieces of n bytes, their starts a stride apart. Rows must not overlap each other:
/// InvalidArgumentError where a stride is less than n and there is more than one row, or where a
/// side's extent exceeds the address space.
VMPERF_MEMOPS_API void copy_2d(void *dst, const void *src, std::size_t rows, std::size_t n,
                               std::size_t dst_stride, std::size_t src_stride,
                               Policy policy = Policy::balanced);

} // namespace vmperf::memops
