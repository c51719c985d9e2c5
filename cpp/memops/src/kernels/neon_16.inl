// 16 bytes of AArch64's Advanced SIMD.
struct V16 {
  using Reg = uint8x16_t;
  using Half = V8;
  static constexpr std::size_t kBytes = 16;

  static Reg load(const Byte *p) { return vld1q_u8(p); }
  static void store(Byte *p, Reg v) { vst1q_u8(p, v); }
  static void store_aligned(Byte *p, Reg v) { vst1q_u8(p, v); }
  static void stream(Byte *p, Reg v) {
    const uint64x2_t words = vreinterpretq_u64_u8(v);
    asm volatile("stnp %x1, %x2, [%0]"
                 :
                 : "r"(p), "r"(vgetq_lane_u64(words, 0)), "r"(vgetq_lane_u64(words, 1))
                 : "memory");
  }
  static Reg splat(Byte byte) { return vdupq_n_u8(byte); }
  /// Four bits per byte of a comparison.
  static Mask nibbles(Reg v) {
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(v), 4)), 0);
  }
  static Mask same(Reg a, Reg b) { return nibbles(vceqq_u8(a, b)); }
  static Mask diff(Reg a, Reg b) { return ~same(a, b); }
  static std::size_t first(Mask m) { return static_cast<std::size_t>(__builtin_ctzll(m)) / 4; }
  static Reg merge(Reg a, Reg b) { return vorrq_u8(a, b); }
  static Reg apart(Reg a, Reg b) { return veorq_u8(a, b); }
  static bool any(Reg v) { return vmaxvq_u32(vreinterpretq_u32_u8(v)) != 0; }
  static bool any_same(Reg a, Reg b, Reg c, Reg d, Reg needle) {
    return vmaxvq_u8(vorrq_u8(vorrq_u8(vceqq_u8(a, needle), vceqq_u8(b, needle)),
                              vorrq_u8(vceqq_u8(c, needle), vceqq_u8(d, needle)))) != 0;
  }
};
