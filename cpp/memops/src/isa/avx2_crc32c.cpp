// CRC-32C by SSE4.2 and PCLMULQDQ, in the encoding of AVX2, whose tier it belongs to.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::avx2_crc32c {
namespace {

#include "../kernels/words.inl"

#include "../kernels/x86_16.inl"

#include "../kernels/gf2.inl"

#include "../kernels/crc32c_constants.inl"

#include "../kernels/x86_crc32c.inl"

#include "../kernels/crc32c.inl"

} // namespace

Crc32cKernels crc32c() noexcept {
  return {.crc32c = crc32c_entry<Clmul16>, .copy_crc32c = copy_crc32c_entry<Clmul16>};
}

} // namespace vmperf::memops::avx2_crc32c
