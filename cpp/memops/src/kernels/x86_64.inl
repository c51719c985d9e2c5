// 64 bytes of AVX-512 F and BW, masks of bytes, and where a window leaves its page.
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

inline __mmask64 mask_of(std::size_t n) {
  return _bzhi_u64(~0ULL, static_cast<unsigned>(n));
}

/// Bit 12 tells whether kWindow bytes from p reach into the next page of 4 KiB.
template <std::size_t kWindow = 64> inline std::uintptr_t crossing(const Byte *p) {
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  return (at + kWindow - 1) ^ at;
}
inline bool crosses(std::uintptr_t crossings) {
  return (crossings & 4096U) != 0;
}
