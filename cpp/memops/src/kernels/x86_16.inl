// 16 bytes of baseline x86-64, for the tier SSE2 and for the lower rungs of the wider ones. An
// aligned access of 16 bytes is atomic on every CPU with AVX, in either encoding.
struct V16 {
  using Reg = __m128i;
  using Half = V8;
  static constexpr std::size_t kBytes = 16;

  static const Reg *reg(const Byte *p) { return reinterpret_cast<const Reg *>(p); }
  static Reg *reg(Byte *p) { return reinterpret_cast<Reg *>(p); }
  static Reg load(const Byte *p) { return _mm_loadu_si128(reg(p)); }
  static void store(Byte *p, Reg v) { _mm_storeu_si128(reg(p), v); }
  static void store_aligned(Byte *p, Reg v) { _mm_store_si128(reg(p), v); }
  static void stream(Byte *p, Reg v) { _mm_stream_si128(reg(p), v); }
  static Reg splat(Byte byte) { return _mm_set1_epi8(static_cast<char>(byte)); }
#ifdef __AVX512VL__
  static Mask same(Reg a, Reg b) { return _mm_cmpeq_epi8_mask(a, b); }
#else
  static Mask same(Reg a, Reg b) {
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
  }
#endif
  static Mask diff(Reg a, Reg b) { return same(a, b) ^ 0xffffU; }
  static std::size_t first(Mask m) { return static_cast<std::size_t>(__builtin_ctzll(m)); }
  static Reg merge(Reg a, Reg b) { return _mm_or_si128(a, b); }
  static Reg apart(Reg a, Reg b) { return _mm_xor_si128(a, b); }
  static bool any(Reg v) { return same(v, _mm_setzero_si128()) != 0xffffU; }
  static bool any_same(Reg a, Reg b, Reg c, Reg d, Reg needle) {
    const Reg low = _mm_min_epu8(_mm_min_epu8(apart(a, needle), apart(b, needle)),
                                 _mm_min_epu8(apart(c, needle), apart(d, needle)));
    return same(low, _mm_setzero_si128()) != 0;
  }
};

inline void stream_fence() {
  _mm_sfence();
}

// Mixing encodings is slow. "v": any of the 32 registers of AVX-512.
#ifdef __AVX512VL__
#define VMPERF_MOVDQA "vmovdqa64"
#define VMPERF_VECTOR "v"
#elif defined(__AVX__)
#define VMPERF_MOVDQA "vmovdqa"
#define VMPERF_VECTOR "x"
#else
#define VMPERF_MOVDQA "movdqa"
#define VMPERF_VECTOR "x"
#endif

struct Atom16 {
  using Reg = __m128i;
  using Half = void;
  static constexpr std::size_t kBytes = 16;

  static Reg load(const Byte *p) {
    Reg v;
    asm volatile(VMPERF_MOVDQA " %1, %0" : "=" VMPERF_VECTOR(v) : "m"(*V16::reg(p)));
    return v;
  }
  static void store(Byte *p, Reg v) {
    asm volatile(VMPERF_MOVDQA " %1, %0" : "=m"(*V16::reg(p)) : VMPERF_VECTOR(v));
  }
  static Reg load_loose(const Byte *p) { return V16::load(p); }
  static void store_loose(Byte *p, Reg v) { V16::store(p, v); }
};
