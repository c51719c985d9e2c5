// CRC-32C by carry-less products of vectors, beside which an instruction for CRCs of 8 bytes runs
// on another port. A unit includes gf2.inl, crc32c_constants.inl and crc32c_few.inl before, and has
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

/// The constants of the W at the end of the message + at, which is negative.
template <class F> inline F::Reg distance(std::ptrdiff_t at) {
  return F::in_register(F::load(reinterpret_cast<const Byte *>(kDistance.at + kPieces) + at));
}

/// The bytes before the first whole vector, 1 to W of them.
template <class F> constexpr std::size_t head_of(std::size_t n) {
  return ((n - 1) & (F::kBytes - 1)) + 1;
}

/// W <= n < F::kLarge; kWhole: n is so many W, and there is no head.
template <class F, bool kCopy, bool kWhole>
[[gnu::noinline]] std::uint32_t crc_medium(std::uint64_t c, Reader<kCopy> in, std::size_t n) {
  constexpr auto kW = static_cast<std::ptrdiff_t>(F::kBytes);
  constexpr std::size_t kTailWords = 8;
  static_assert(F::kLarge <= sizeof(kDistance));
  in.skip(n);
  std::uint64_t tail = 0;
  std::ptrdiff_t end = 0;
  if (!kCopy && n >= F::kTailed) {
    end = -static_cast<std::ptrdiff_t>(8 * kTailWords);
    tail = crc_tail<kTailWords>(in.p + end);
  }
  auto at = -static_cast<std::ptrdiff_t>(n);
  typename F::Reg sum;
  if constexpr (kWhole) {
    const auto v = F::apart(in.template take<F>(at), F::front(as_product(c)));
    sum = F::product(v, distance<F>(at));
  } else {
    const auto r = static_cast<std::ptrdiff_t>(head_of<F>(n));
    const auto carry = F::front(multiply(c, kAhead.at[r + 8]));
    sum = F::product(F::head(in.template take<F>(at), head_of<F>(n)), distance<F>(at + r - kW));
    at += r;
    sum = F::fold(F::apart(in.template take<F>(at), carry), distance<F>(at), sum);
  }
  at += kW;
  for (; at <= end - 2 * kW; at += 2 * kW) {
    sum = F::fold(in.template take<F>(at), distance<F>(at), sum);
    sum = F::fold(in.template take<F>(at + kW), distance<F>(at + kW), sum);
  }
  if (at != end) {
    sum = F::fold(in.template take<F>(at), distance<F>(at), sum);
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
  constexpr auto kW = static_cast<std::ptrdiff_t>(F::kBytes);
  constexpr auto kEnd = -static_cast<std::ptrdiff_t>(8 * kTailWords);
  auto at = kEnd - static_cast<std::ptrdiff_t>(n);
  const std::ptrdiff_t first = at - static_cast<std::ptrdiff_t>(kFoldBytes); // where the sums are
  auto even = F::product(sums[0], distance<F>(first));
  auto odd = F::product(sums[1], distance<F>(first + kW));
#pragma GCC unroll 16
  for (std::size_t i = 2; i < kSums; i += 2) {
    const std::ptrdiff_t place = first + static_cast<std::ptrdiff_t>(i) * kW;
    even = F::fold(sums[i], distance<F>(place), even);
    odd = F::fold(sums[i + 1], distance<F>(place + kW), odd);
  }
  for (; at != kEnd; at += kW) {
    even = F::fold(in.template take<F>(0), distance<F>(at), even);
    in.skip(F::kBytes);
  }
  return ~static_cast<std::uint32_t>(F::finish(F::apart(even, odd)) ^ tail);
}

template <class F, bool kCopy>
inline std::uint32_t crc_of(std::uint32_t value, Reader<kCopy> in, std::size_t n) {
  const std::uint64_t c = ~value;
  if (n >= F::kMedium) {
    if (n >= F::kLarge) {
      return crc_large<F>(c, in, n);
    }
    return n % F::kBytes == 0 ? crc_medium<F, kCopy, true>(c, in, n)
                              : crc_medium<F, kCopy, false>(c, in, n);
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
