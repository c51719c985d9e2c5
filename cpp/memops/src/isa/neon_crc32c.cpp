// CRC-32C by AArch64's CRC and polynomial multiply instructions.
#include <arm_acle.h>
#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::neon_crc32c {
namespace {

#include "../kernels/words.inl"

#include "../kernels/neon_16.inl"

#include "../kernels/gf2.inl"

#include "../kernels/crc32c_constants.inl"

using Product = uint64x2_t;

inline std::uint64_t step(std::uint64_t c, std::uint64_t word) {
  return __crc32cd(static_cast<std::uint32_t>(c), word);
}

inline Product as_product(std::uint64_t word) {
  return vsetq_lane_u64(word, vdupq_n_u64(0), 0);
}

inline Product multiply(std::uint64_t a, std::uint32_t b) {
  return vreinterpretq_u64_p128(vmull_p64(a, b));
}

inline Product both(Product a, Product b) {
  return veorq_u64(a, b);
}

#include "../kernels/crc32c_few.inl"

/// The first r <= 16 bytes moved to the end, by an index for each; one out of range makes a zero.
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

struct Pmull16 : V16 {
  static constexpr std::size_t kMedium = 128, kTailed = 192, kLarge = 448, kLeastRounds = 1;

  static Reg spread(const Shift &shift) { return load(reinterpret_cast<const Byte *>(&shift)); }
  static Reg product(Reg v, Reg k) {
    const poly64x2_t a = vreinterpretq_p64_u8(v);
    const poly64x2_t b = vreinterpretq_p64_u8(k);
    return apart(vreinterpretq_u8_p128(vmull_p64(vgetq_lane_p64(a, 0), vgetq_lane_p64(b, 0))),
                 vreinterpretq_u8_p128(vmull_high_p64(a, b)));
  }
  static Reg fold(Reg v, Reg k, Reg more) { return apart(product(v, k), more); }
  static Reg front(Product p) { return vreinterpretq_u8_u64(p); }
  static Reg in_register(Reg v) {
    asm("" : "+w"(v));
    return v;
  }
  static Reg head(Reg v, std::size_t r) { return vqtbl1q_u8(v, load(kToEnd.at + r)); }
  static std::uint64_t finish(Reg v) {
    const uint64x2_t words = vreinterpretq_u64_u8(v);
    return step(step(0, vgetq_lane_u64(words, 0)), vgetq_lane_u64(words, 1));
  }
  template <bool kCopy>
  static std::uint64_t small(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
    return crc_words(c, in, n);
  }
};

#include "../kernels/crc32c.inl"

} // namespace

Crc32cKernels crc32c() noexcept {
  return {.crc32c = crc32c_entry<Pmull16>, .copy_crc32c = copy_crc32c_entry<Pmull16>};
}

} // namespace vmperf::memops::neon_crc32c
