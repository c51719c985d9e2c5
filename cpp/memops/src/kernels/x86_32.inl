// 32 bytes of AVX2.
struct V32 {
  using Reg = __m256i;
  using Half = V16;
  static constexpr std::size_t kBytes = 32;

  static const Reg *reg(const Byte *p) { return reinterpret_cast<const Reg *>(p); }
  static Reg *reg(Byte *p) { return reinterpret_cast<Reg *>(p); }
  static Reg load(const Byte *p) { return _mm256_loadu_si256(reg(p)); }
  static void store(Byte *p, Reg v) { _mm256_storeu_si256(reg(p), v); }
  static void store_aligned(Byte *p, Reg v) { _mm256_store_si256(reg(p), v); }
  static void stream(Byte *p, Reg v) { _mm256_stream_si256(reg(p), v); }
  static Reg splat(Byte byte) { return _mm256_set1_epi8(static_cast<char>(byte)); }
#ifdef __AVX512VL__
  static Mask same(Reg a, Reg b) { return _mm256_cmpeq_epi8_mask(a, b); }
#else
  static Mask same(Reg a, Reg b) {
    return static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)));
  }
#endif
  static Mask diff(Reg a, Reg b) { return same(a, b) ^ 0xffffffffU; }
  static std::size_t first(Mask m) { return static_cast<std::size_t>(__builtin_ctzll(m)); }
  static Reg merge(Reg a, Reg b) { return _mm256_or_si256(a, b); }
  static Reg apart(Reg a, Reg b) { return _mm256_xor_si256(a, b); }
#ifdef __AVX512VL__
  static bool any(Reg v) { return _mm256_test_epi64_mask(v, v) != 0; }
#else
  static bool any(Reg v) { return _mm256_testz_si256(v, v) == 0; }
#endif
  static bool any_same(Reg a, Reg b, Reg c, Reg d, Reg needle) {
    const Reg low = _mm256_min_epu8(_mm256_min_epu8(apart(a, needle), apart(b, needle)),
                                    _mm256_min_epu8(apart(c, needle), apart(d, needle)));
    return same(low, _mm256_setzero_si256()) != 0;
  }
};

struct Atom32 {
  using Reg = __m256i;
  using Half = Atom16;
  static constexpr std::size_t kBytes = 32;

  static Reg load(const Byte *p) {
    Reg v;
    asm volatile(VMPERF_MOVDQA " %1, %0" : "=" VMPERF_VECTOR(v) : "m"(*V32::reg(p)));
    return v;
  }
  static void store(Byte *p, Reg v) {
    asm volatile(VMPERF_MOVDQA " %1, %0" : "=m"(*V32::reg(p)) : VMPERF_VECTOR(v));
  }
  static Reg load_loose(const Byte *p) { return V32::load(p); }
  static void store_loose(Byte *p, Reg v) { V32::store(p, v); }
};
