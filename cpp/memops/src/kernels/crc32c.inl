// CRC-32C by carry-less products of vectors, beside which an instruction for CRCs of 8 bytes runs
// on another port. A unit includes gf2.inl, crc32c_constants.inl and crc32c_few.inl before, and
// defines
//   step(c, word)          the CRC c after 8 more bytes
//   Product multiply(a, b), both(p, q), as_product(word)     32 by 32 bits without carries; a sum
// and a vector F, which is one of kernels' with
//   fold(v, k, more)       each 16 bytes of v, times k's, plus more's; `product` is without more
//   spread(shift)          a Shift in each 16 bytes
//   front(product)         in the first 8 bytes, zeros behind
//   head(v, r)             the first r bytes at the end, zeros before
//   in_register(v)         v, which is used twice, loaded once
//   finish(v)              the CRC of the sum of its 16-byte pieces
//   small(c, in, n)        17 <= n < kMedium
//   kMedium, kTailed, kLarge, kLeastRounds    from which sizes on, and how many rounds make a block
//
// A CRC is linear, and zeros in front do not change one that starts at 0. So a message of n bytes
// is a sum of pieces, each times a power of x that depends on its distance to the end:
//
//   medium   [head r][W]...[W][tail]      each W times its constant: no chain but of sums. The tail
//                                         goes through step() meanwhile
//   large    [head r][11 W] {[s][s][s][12 W]...}... [12 W]...[W]...[tail]
//            twelve sums, each folded 12 W ahead. A block in braces has three runs of step() beside
//            its folds, which enter the first sum at the end of the block.
//
// The CRC before the message enters behind the head, times x to the 8 r.
// Sources: Gopal et al., Fast CRC computation using PCLMULQDQ, Intel 2009 (folding); corsix,
// fast-crc32 (folding and chains of crc32 at a time); the constants by distance are ours.

/// The CRC of the kWords words at p, from 0.
template <std::size_t kWords> inline std::uint64_t crc_tail(const Byte *p) {
  std::uint64_t c = 0;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kWords; ++i) {
    c = step(c, V8::load(p + 8 * i));
  }
  return c;
}

/// The constants of the W that begin n bytes before the end of the message.
template <class F> inline F::Reg distance(std::size_t n) {
  return F::in_register(F::load(reinterpret_cast<const Byte *>(kDistance.at + kPieces) - n));
}

/// The bytes before the first whole vector, 1 to W of them.
template <class F> constexpr std::size_t head_of(std::size_t n) {
  return ((n - 1) & (F::kBytes - 1)) + 1;
}

/// W <= n < F::kLarge.
template <class F, bool kCopy>
[[gnu::noinline]] std::uint32_t crc_medium(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
  constexpr std::size_t kW = F::kBytes;
  constexpr std::size_t kTailWords = 8;
  static_assert(F::kLarge <= sizeof(kDistance));
  std::uint64_t tail = 0;
  std::size_t kept = 0;
  if (!kCopy && n >= F::kTailed) {
    kept = 8 * kTailWords;
    tail = crc_tail<kTailWords>(in.p + n - kept);
  }
  const std::size_t r = head_of<F>(n);
  typename F::Reg sum;
  if (r == kW) {
    const auto v = F::apart(in.template take<F>(0), F::front(as_product(c)));
    sum = F::product(v, distance<F>(n));
  } else {
    const auto carry = F::front(multiply(c, kAhead.at[r + 8]));
    sum = F::product(F::head(in.template take<F>(0), r), distance<F>(n - r + kW));
    in.skip(r);
    n -= r;
    sum = F::fold(F::apart(in.template take<F>(0), carry), distance<F>(n), sum);
  }
  in.skip(kW);
  n -= kW;
  for (; n >= kept + 2 * kW; n -= 2 * kW) {
    sum = F::fold(in.template take<F>(0), distance<F>(n), sum);
    sum = F::fold(in.template take<F>(kW), distance<F>(n - kW), sum);
    in.skip(2 * kW);
  }
  if (n != kept) {
    sum = F::fold(in.template take<F>(0), distance<F>(n), sum);
  }
  return ~static_cast<std::uint32_t>(F::finish(sum) ^ tail);
}

template <class F, bool kCopy>
inline void fold_all(typename F::Reg *sums, Reader<kCopy> &in, typename F::Reg shift) {
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kSums; ++i) {
    sums[i] = F::fold(sums[i], shift, in.template take<F>(i * F::kBytes));
  }
  in.skip(kSums * F::kBytes);
}

/// So many rounds of three runs of words, and as many of twelve vectors behind them.
template <class F>
inline void crc_block(typename F::Reg *sums, Reader<false> &in, std::size_t rounds) {
  const Round &round = kRounds<F>.at[rounds];
  const std::size_t bytes = rounds * kStepBytes;
  const Byte *run = in.p;
  const Byte *const end = run + bytes;
  in.skip(3 * bytes);
  auto shift = F::spread(round.over);
  const auto fold = F::spread(kFold<F>);
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  for (; run != end; run += kStepBytes) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kSums; ++i) {
      sums[i] = F::fold(sums[i], shift, in.template take<F>(i * F::kBytes));
      if (i < kStepsAtOnce) {
        a = step(a, V8::load(run + 8 * i));
        b = step(b, V8::load(run + bytes + 8 * i));
        c = step(c, V8::load(run + 2 * bytes + 8 * i));
      }
    }
    in.skip(kSums * F::kBytes);
    shift = fold;
  }
  const Product runs =
      both(multiply(a, round.run[0]), both(multiply(b, round.run[1]), multiply(c, round.run[2])));
  sums[0] = F::apart(sums[0], F::front(runs));
}

/// n >= F::kLarge.
template <class F, bool kCopy>
[[gnu::noinline]] std::uint32_t crc_large(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
  constexpr std::size_t kTailWords = kCopy ? 0 : 16;
  constexpr std::size_t kFoldBytes = kSums * F::kBytes;
  constexpr std::size_t kRoundBytes = kFoldBytes + 3 * kStepBytes;
  static_assert(kFoldBytes + kFoldBytes + 8 * kTailWords <= sizeof(kDistance));
  const std::size_t r = head_of<F>(n);
  n -= r + (kSums - 1) * F::kBytes + 8 * kTailWords;
  typename F::Reg sums[kSums]; // NOLINT(modernize-avoid-c-arrays)
  sums[0] = in.template take<F>(0);
  in.skip(r);
#pragma GCC unroll 16
  for (std::size_t i = 1; i < kSums; ++i) {
    sums[i] = in.template take<F>((i - 1) * F::kBytes);
  }
  if (r == F::kBytes) {
    sums[0] = F::apart(sums[0], F::front(as_product(c)));
  } else {
    sums[0] = F::head(sums[0], r);
    sums[1] = F::apart(sums[1], F::front(multiply(c, kAhead.at[r + 8])));
  }
  in.skip((kSums - 1) * F::kBytes);
  if constexpr (!kCopy) {
    while (n >= F::kLeastRounds * kRoundBytes) {
      const std::size_t rounds = n / kRoundBytes < kMostRounds ? n / kRoundBytes : kMostRounds;
      crc_block<F>(sums, in, rounds);
      n -= rounds * kRoundBytes;
    }
  }
  const auto shift = F::spread(kFold<F>);
  for (; n >= kFoldBytes; n -= kFoldBytes) {
    fold_all<F>(sums, in, shift);
  }
  const std::uint64_t tail = crc_tail<kTailWords>(in.p + n);
  n += 8 * kTailWords;
  auto odd = F::product(sums[1], distance<F>(n + (kSums - 1) * F::kBytes));
  auto even = F::product(sums[0], distance<F>(n + kSums * F::kBytes));
#pragma GCC unroll 16
  for (std::size_t i = 2; i < kSums; i += 2) {
    even = F::fold(sums[i], distance<F>(n + (kSums - i) * F::kBytes), even);
    odd = F::fold(sums[i + 1], distance<F>(n + (kSums - i - 1) * F::kBytes), odd);
  }
  for (; n != 8 * kTailWords; n -= F::kBytes) {
    even = F::fold(in.template take<F>(0), distance<F>(n), even);
    in.skip(F::kBytes);
  }
  return ~static_cast<std::uint32_t>(F::finish(F::apart(even, odd)) ^ tail);
}

template <class F, bool kCopy>
inline std::uint32_t crc_of(std::uint32_t value, Reader<kCopy> in, std::size_t n) {
  const std::uint64_t c = ~value;
  if (n >= F::kMedium) {
    return n < F::kLarge ? crc_medium<F>(c, in, n) : crc_large<F>(c, in, n);
  }
  return ~static_cast<std::uint32_t>(n <= 16 ? crc_few(c, in, n) : F::small(c, in, n));
}

template <class F> std::uint32_t crc32c_entry(const void *p, std::size_t n, std::uint32_t value) {
  return crc_of<F>(value, Reader<false>{static_cast<const Byte *>(p), nullptr}, n);
}

template <class F>
std::uint32_t copy_crc32c_entry(void *dst, const void *src, std::size_t n, std::uint32_t value) {
  const Reader<true> in{static_cast<const Byte *>(src), static_cast<Byte *>(dst)};
  return crc_of<F>(value, in, n);
}
