// Machine words as vectors of 8, 4, 2 and 1 bytes: the lower rungs of every tier, all of the scalar
// one. A vector type V has kBytes, Reg, Half (half as wide, void below one byte) and
//   load store splat       unaligned; `stream` and `store_aligned` on the wide ones
//   diff(a, b)             non-zero where they differ; first(m) is the index of the first such byte
//   same(a, b)             the same for equal bytes; only the first is exact
//   merge any              for loops that ask once per four vectors
// Little-endian alone. The zero-byte test is Mycroft's (comp.arch, 1987).
using Byte = unsigned char;
using Mask = std::uint64_t;

template <class T, class Narrower> struct Word {
  using Reg = T;
  using Half = Narrower;
  static constexpr std::size_t kBytes = sizeof(T);
  typedef T Loose __attribute__((aligned(1), may_alias)); // NOLINT(modernize-use-using)

  static Reg load(const Byte *p) { return *reinterpret_cast<const Loose *>(p); }
  static void store(Byte *p, Reg v) { *reinterpret_cast<Loose *>(p) = v; }
  static void store_aligned(Byte *p, Reg v) { store(p, v); }
  static void stream(Byte *p, Reg v) { store(p, v); }
  static Reg splat(Byte byte) { return static_cast<T>(kOnes * byte); }
  static Mask diff(Reg a, Reg b) {
    return Mask{a} ^ Mask { b };
  }
  static Mask same(Reg a, Reg b) {
    const Mask x = Mask{a} ^ Mask { b };
    return static_cast<T>((x - kOnes) & ~x & kTops);
  }
  static std::size_t first(Mask m) { return static_cast<std::size_t>(__builtin_ctzll(m)) / 8; }
  static Reg merge(Reg a, Reg b) { return static_cast<T>(Mask{a} | Mask{b}); }
  static Reg apart(Reg a, Reg b) { return static_cast<T>(Mask{a} ^ Mask{b}); }
  static bool any(Reg v) { return v != 0; }
  static bool any_same(Reg a, Reg b, Reg c, Reg d, Reg needle) {
    return (same(a, needle) | same(b, needle) | same(c, needle) | same(d, needle)) != 0;
  }

private:
  static constexpr T kOnes = static_cast<T>(0x0101010101010101ULL);
  static constexpr T kTops = static_cast<T>(0x8080808080808080ULL);
};

using V1 = Word<std::uint8_t, void>;
using V2 = Word<std::uint16_t, V1>;
using V4 = Word<std::uint32_t, V2>;
using V8 = Word<std::uint64_t, V4>;

/// Where the sanitizers look on, no access reaches outside the range, masked or not.
#if defined(__SANITIZE_ADDRESS__) || defined(VMPERF_CHECKS)
constexpr bool kPlainOnly = true;
#else
constexpr bool kPlainOnly = false;
#endif
