// What crc32c.inl wants, of SSE4.2 and PCLMULQDQ: words, products of words, vectors of 16 bytes.
using Product = __m128i;

inline std::uint64_t step(std::uint64_t c, std::uint64_t word) {
  return _mm_crc32_u64(c, word);
}

inline Product as_product(std::uint64_t word) {
  return _mm_cvtsi64_si128(static_cast<long long>(word));
}

inline std::uint64_t word_of(Product p) {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(p));
}

inline Product multiply(std::uint64_t a, std::uint32_t b) {
  return _mm_clmulepi64_si128(as_product(a), _mm_cvtsi32_si128(static_cast<int>(b)), 0x00);
}

inline Product both(Product a, Product b) {
  return _mm_xor_si128(a, b);
}

#include "crc32c_few.inl"

/// The first r <= 16 bytes moved to the end, by an index for each: the top bit makes a zero.
struct Indices {
  Byte at[32]; // NOLINT(modernize-avoid-c-arrays)
};
constexpr Indices kToEnd = [] {
  Indices table{};
  for (unsigned i = 0; i < 16; ++i) {
    table.at[i] = 0x80;
    table.at[16 + i] = static_cast<Byte>(i);
  }
  return table;
}();

struct Clmul16 : V16 {
  static constexpr std::size_t kMedium = 128, kTailed = 192, kLarge = 448, kLeastRounds = 1;

  static Reg spread(const Shift &shift) { return load(reinterpret_cast<const Byte *>(&shift)); }
  static Reg product(Reg v, Reg k) {
    return _mm_xor_si128(_mm_clmulepi64_si128(v, k, 0x00), _mm_clmulepi64_si128(v, k, 0x11));
  }
  static Reg fold(Reg v, Reg k, Reg more) { return _mm_xor_si128(product(v, k), more); }
  static Reg front(Product p) { return p; }
  static Reg in_register(Reg v) {
    asm("" : "+x"(v));
    return v;
  }
  static Reg head(Reg v, std::size_t r) { return _mm_shuffle_epi8(v, load(kToEnd.at + r)); }
  static std::uint64_t finish(Reg v) {
    const std::uint64_t c = step(0, word_of(v));
    return step(c, static_cast<std::uint64_t>(_mm_extract_epi64(v, 1)));
  }
  template <bool kCopy>
  static std::uint64_t small(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
    return crc_words(c, in, n);
  }
};
