// CRC-32C by VPCLMULQDQ on 64 bytes, with AVX-512 VBMI, which all CPUs that have the former and
// AVX-512 have.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::avx512_crc32c {
namespace {

#include "../kernels/words.inl"

#include "../kernels/x86_16.inl"

#include "../kernels/x86_32.inl"

#include "../kernels/x86_64.inl"

#include "../kernels/gf2.inl"

#include "../kernels/crc32c_constants.inl"

#include "../kernels/x86_crc32c.inl"

/// The first r <= 64 bytes moved to the end, by an index for each.
struct Indices64 {
  Byte at[128]; // NOLINT(modernize-avoid-c-arrays)
};
constexpr Indices64 kToEnd64 = [] {
  Indices64 table{};
  for (unsigned i = 0; i < 64; ++i) {
    table.at[64 + i] = static_cast<Byte>(i);
  }
  return table;
}();

struct Clmul64 : V64 {
  static constexpr std::size_t kMedium = 64, kTailed = 768, kLarge = 1536, kLeastRounds = 3;

  static __mmask64 last(std::size_t n) { return ~0ULL << (64 - n); }
  static Reg spread(const Shift &shift) { return _mm512_broadcast_i32x4(Clmul16::spread(shift)); }
  static Reg product(Reg v, Reg k) {
    return _mm512_xor_si512(_mm512_clmulepi64_epi128(v, k, 0x00),
                            _mm512_clmulepi64_epi128(v, k, 0x11));
  }
  static Reg fold(Reg v, Reg k, Reg more) {
    return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(v, k, 0x00),
                                     _mm512_clmulepi64_epi128(v, k, 0x11), more, 0x96);
  }
  static Reg front(Product p) { return _mm512_zextsi128_si512(p); }
  static Reg in_register(Reg v) {
    asm("" : "+v"(v));
    return v;
  }
  static Reg head(Reg v, std::size_t r) {
    return _mm512_maskz_permutexvar_epi8(last(r), load(kToEnd64.at + r), v);
  }
  static std::uint64_t finish(Reg v) {
    const auto half = V32::apart(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    return Clmul16::finish(
        V16::apart(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
  }

  /// One masked access; the CRC before goes its own, shorter way.
  template <bool kCopy>
  static std::uint64_t small(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
    const auto to_end = static_cast<std::ptrdiff_t>(n) - 64; // of a window that ends with the data
    bool leaves = crosses(crossing(in.p + to_end));
    if constexpr (kCopy) {
      leaves = leaves || crosses(crossing(in.d + to_end));
    }
    if (kPlainOnly || leaves) {
      return crc_words(c, in, n);
    }
    const auto v = _mm512_maskz_loadu_epi8(last(n), in.p + to_end);
    if constexpr (kCopy) {
      _mm512_mask_storeu_epi8(in.d + to_end, last(n), v);
    }
    const auto k = load(reinterpret_cast<const Byte *>(kDistance.at + kPieces - 4));
    return finish(product(v, k)) ^ step(0, word_of(multiply(c, kAhead.at[n])));
  }
};

#include "../kernels/crc32c.inl"

} // namespace

Crc32cKernels crc32c() noexcept {
  return {.crc32c = crc32c_entry<Clmul64>, .copy_crc32c = copy_crc32c_entry<Clmul64>};
}

} // namespace vmperf::memops::avx512_crc32c
