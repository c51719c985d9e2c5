// Polynomials over GF(2) modulo that of CRC-32C, as CRCs hold them: 32 bits in reverse, bit 31 is
// the coefficient of 1. Constant expressions, and what crc32c_combine() computes with.
// Source: Castagnoli, Braeuer, Herrmann, Optimization of Cyclic Redundancy-Check Codes, 1993 (the
// polynomial, 1EDC6F41).
constexpr std::uint32_t kPolynomial = 0x82f63b78;

constexpr std::uint32_t times_x(std::uint32_t a) {
  return (a >> 1U) ^ (kPolynomial & (0U - (a & 1U)));
}

constexpr std::uint32_t over_x(std::uint32_t a) {
  return (a >> 31U) != 0 ? ((a ^ kPolynomial) << 1U) | 1U : a << 1U;
}

constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  std::uint32_t sum = 0;
  for (; b != 0; b <<= 1U) {
    sum ^= a & (0U - (b >> 31U));
    a = times_x(a);
  }
  return sum;
}

/// x to the power of e, which may be negative.
constexpr std::uint32_t power_of_x(int e) {
  std::uint32_t result = 1U << 31U;
  for (; e < 0; ++e) {
    result = over_x(result);
  }
  std::uint32_t square = 1U << 30U;
  for (auto left = static_cast<unsigned>(e); left > 0; left >>= 1U) {
    result = (left & 1U) != 0 ? times(result, square) : result;
    square = times(square, square);
  }
  return result;
}
