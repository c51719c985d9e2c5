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

struct V64 {
  using Reg = __m512i;
  using Half = V32;
  static constexpr std::size_t kBytes = 64;

  static Reg load(const Byte *p) { return _mm512_loadu_si512(p); }
  static void store(Byte *p, Reg v) { _mm512_storeu_si512(p, v); }
  static void store_aligned(Byte *p, Reg v) { _mm512_store_si512(p, v); }
  static void stream(Byte *p, Reg v) { _mm512_stream_si512(reinterpret_cast<Reg *>(p), v); }
  static Reg splat(Byte byte) { return _mm512_set1_epi8(static_cast<char>(byte)); }
  static Mask same(Reg a, Reg b) { return _mm512_cmpeq_epi8_mask(a, b); }
  static Mask diff(Reg a, Reg b) { return _mm512_cmpneq_epi8_mask(a, b); }
  static std::size_t first(Mask m) { return static_cast<std::size_t>(__builtin_ctzll(m)); }
  static Reg merge(Reg a, Reg b) { return _mm512_or_si512(a, b); }
  static Reg apart(Reg a, Reg b) { return _mm512_xor_si512(a, b); }
  static bool any(Reg v) { return _mm512_test_epi64_mask(v, v) != 0; }
  static bool any_same(Reg a, Reg b, Reg c, Reg d, Reg needle) {
    const Reg low = _mm512_min_epu8(_mm512_min_epu8(apart(a, needle), apart(b, needle)),
                                    _mm512_min_epu8(apart(c, needle), apart(d, needle)));
    return _mm512_testn_epi8_mask(low, low) != 0;
  }
};

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
