// CRC-32C word by word, and the reader that copies on the way. A part of a word is a step, too:
// zeros in front do not change a CRC that starts at 0, so its bytes go to the top.

/// What is read, and where to write it as well. `at` is of either sign.
template <bool kCopy> struct Reader {
  const Byte *p;
  Byte *d; ///< unused where !kCopy

  // NOLINTNEXTLINE(modernize-use-nodiscard): it may be called to copy alone
  template <class V> V::Reg take(auto at) const {
    const auto v = V::load(p + at);
    if constexpr (kCopy) {
      V::store(d + at, v);
    }
    return v;
  }
  void skip(std::size_t n) {
    p += n;
    if constexpr (kCopy) {
      d += n;
    }
  }
};

/// n <= 7 bytes, in the low ones of `word`.
inline std::uint64_t part_of_step(std::uint64_t c, std::uint64_t word, std::size_t n) {
  return step(0, (word ^ c) << (64 - 8 * n)) ^ (c >> (8 * n));
}

/// n <= 16.
template <bool kCopy>
inline std::uint64_t crc_few(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
  if (n >= 8) {
    c = step(c, in.template take<V8>(0));
    in.skip(8);
    n -= 8;
  }
  if (n >= 8) {
    return step(c, in.template take<V8>(0));
  }
  if (n >= 4) {
    const std::uint64_t first = in.template take<V4>(0);
    const std::uint64_t last = in.template take<V4>(n - 4);
    return part_of_step(c, first | (last << (8 * (n - 4))), n);
  }
  if (n == 0) {
    return c;
  }
  const std::uint64_t first = in.template take<V1>(0);
  const std::uint64_t middle = in.template take<V1>(n / 2);
  const std::uint64_t last = in.template take<V1>(n - 1);
  return part_of_step(c, first | (middle << (8 * (n / 2))) | (last << (8 * (n - 1))), n);
}

template <bool kCopy>
[[gnu::noinline]] std::uint64_t crc_words(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
  for (; n > 16; n -= 8) {
    c = step(c, in.template take<V8>(0));
    in.skip(8);
  }
  return crc_few(c, in, n);
}
