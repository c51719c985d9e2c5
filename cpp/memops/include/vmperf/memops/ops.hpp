// One table of kernels per instruction-set tier. All entries accept n = 0 with any pointers, touch
// no byte outside [p, p + n), and never call the C library. ops() costs a load and a test that is
// always predicted; a caller with many operations takes the reference once. Tables are filled at
// first use, published whole (a load that acquires: free on x86-64, one instruction on AArch64) and
// never go away: a thread that holds one while another changes the level goes on with the old one.
// Source of the form: simdjson's implementation tables; no ifunc, which wheels cannot carry.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/memops/kinds.hpp"

namespace vmperf::memops {

/// Two arenas beyond this together miss the second-level cache of common cores.
inline constexpr std::size_t kFarBytes = std::size_t{1} << 20U;

/// A batch: what the batch kernels take, once its elements are known to lie inside.
struct Batch {
  unsigned char *dst;
  const unsigned char *src;
  std::size_t dst_bytes, src_bytes;
  const std::uint64_t *dst_off; ///< null: packed, each where the one before ended
  const std::uint64_t *src_off; ///< null: packed
  const std::uint64_t *n;
  std::size_t count;
  bool same_n; ///< all n are equal
  bool far;    ///< the arenas exceed the second-level cache: prefetch
};

/// What one pass over offsets and sizes finds, of the sides that have offsets.
struct BatchFacts {
  bool bad;    ///< some element is out of bounds
  bool same_n; ///< all n are equal
};

struct Ops {
  using Copy = void *(void *dst, const void *src, std::size_t n);
  using Fill = void *(void *dst, unsigned char byte, std::size_t n);
  using Compare = int(const void *a, const void *b, std::size_t n);
  using Mismatch = std::size_t(const void *a, const void *b, std::size_t n);
  using Find = std::size_t(const void *p, unsigned char byte, std::size_t n);
  using IsZero = bool(const void *p, std::size_t n);
  using CopyBatch = void(const Batch &batch);
  using CheckBatch = BatchFacts(const Batch &batch);
  using Crc32c = std::uint32_t(const void *p, std::size_t n, std::uint32_t value);
  using CopyCrc32c = std::uint32_t(void *dst, const void *src, std::size_t n, std::uint32_t value);

  Level level;
  Copy *copy_balanced; ///< these five return dst and are right for overlapping ranges, too
  Copy *copy_throughput;
  Copy *copy_forward;
  Copy *copy_slack;    ///< throughput without page guard: 64 bytes from dst and src are mapped
  Copy *copy_temporal; ///< balanced, never past the caches
  Copy *copy_stream;   ///< past the caches where it can: 1 KiB or more, no overlap
  Fill *fill;
  Fill *fill_temporal;
  Fill *fill_stream;
  Compare *compare;   ///< sign of the first difference, as memcmp
  Mismatch *mismatch; ///< index of the first difference, else n
  Find *find_byte;    ///< index of the first match, else n
  IsZero *is_zero;
  CopyBatch *batch_balanced;
  CopyBatch *batch_throughput;
  CopyBatch *batch_forward;
  CheckBatch *check_batch;
  Copy *guest_copy_8;  ///< see guest.hpp; ranges must not overlap
  Copy *guest_copy_16; ///< null where the tier has no such access
  Copy *guest_copy_32;
  Crc32c *crc32c;          ///< see crc32c.hpp; of the tier's best instructions that the CPU has
  CopyCrc32c *copy_crc32c; ///< ranges must not overlap

  [[nodiscard]] constexpr Copy *copy(Policy policy) const noexcept {
    if (policy == Policy::forward) {
      return copy_forward;
    }
    return policy == Policy::balanced ? copy_balanced : copy_throughput;
  }
  [[nodiscard]] constexpr CopyBatch *copy_batch(Policy policy) const noexcept {
    if (policy == Policy::forward) {
      return batch_forward;
    }
    return policy == Policy::balanced ? batch_balanced : batch_throughput;
  }
};

namespace detail {
/// Null until first use. Written with release order, read with acquire.
VMPERF_MEMOPS_API extern const Ops *active_ops;
/// Chooses by CPU and VMPERF_SIMD, and remembers.
VMPERF_MEMOPS_API const Ops &resolve_ops();
} // namespace detail

/// The tier in use. The first call reads the CPU and the environment variable VMPERF_SIMD:
/// InvalidArgumentError for an unknown level there, UnsupportedError for one that the CPU lacks.
[[nodiscard]] inline const Ops &ops() {
  const Ops *table = __atomic_load_n(&detail::active_ops, __ATOMIC_ACQUIRE);
  return table != nullptr ? *table : detail::resolve_ops();
}

/// A tier's table, or null where this build or this CPU has none.
[[nodiscard]] VMPERF_MEMOPS_API const Ops *ops(Level level);

} // namespace vmperf::memops
