// AVX-512 F, BW, VL and BMI2: 64-byte vectors, small operations by one masked access.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::avx512 {
namespace {

#include "../kernels/words.inl"

#include "../kernels/x86_16.inl"

#include "../kernels/x86_32.inl"

#include "../kernels/x86_64.inl"

using Wide = V64;
using Clamp = V16;

#include "../kernels/few.inl"

#include "../kernels/x86_few.inl"

#include "../kernels.inl"

#include "../kernels/masked.inl"

constexpr Ops kTable = make_table<MaskedFew, MaskedSmall, MaskedFill, MaskedScan>(
    Level::avx512, guest_entry<Seen<Atom16>>, guest_entry<Seen<Atom32>>);

} // namespace

const Ops *table() noexcept {
  return &kTable;
}

} // namespace vmperf::memops::avx512
