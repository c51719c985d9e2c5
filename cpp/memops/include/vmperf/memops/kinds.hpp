// The words of memops: instruction-set levels, small-copy policies, cache hints. Plain enumerations
// with no other include, so that a unit compiled for one instruction set can take them in without a
// single inline function of the standard library. Thread-safe: values.
#pragma once

#define VMPERF_MEMOPS_API [[gnu::visibility("default")]]

namespace vmperf::memops {

/// An instruction-set tier; `neon` is AArch64's, the middle three are x86-64's.
enum class Level : unsigned char { scalar, sse2, avx2, avx512, neon };

/// How a copy of at most 64 bytes writes. They differ on AVX-512 alone: a masked store cannot hand
/// its bytes to a later load, which then waits for the cache.
enum class Policy : unsigned char {
  balanced,   ///< masked up to 16 bytes, plain above: the default
  throughput, ///< masked: nobody reads the copy soon (batches, evacuation, page tables)
  forward,    ///< overlapping plain stores: the copy is read at once (emulated scalar accesses)
};

/// Where a large copy or fill leaves its destination.
enum class Hint : unsigned char {
  automatic, ///< past the caches from thresholds() on
  temporal,  ///< in the caches, whatever the size
  stream,    ///< past the caches, for data that is cold now and not read again soon
};

} // namespace vmperf::memops
