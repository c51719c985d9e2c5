// Small operations on AVX-512: one masked access for any n < 64 (balanced copies: up to 16), so
// that random sizes cost no mispredicted branch. Two things it must not do:
//   - reach into a page that is not mapped: no fault follows, but the CPU finds that out by
//     microcode, 150 to 530 ns. Where a window crosses into the next page, accesses are plain;
//   - n = 0: the same with any pointer. Its window is moved to where it does no harm, and one byte
//     there is really read and written: a page that only masked-off accesses come to is never
//     marked as used, and each of them pays for that.
// Where the sanitizers look on, every operation is plain: they see no masked access.
// Source: AMD AOCL-LibMem for the masked access; the guard is ours.

/// Rare, and so out of the way of the masked path; n <= 2W.
template <class V> [[gnu::noinline]] void *copy_at_page_end(Byte *d, const Byte *s, std::size_t n) {
  if (n < 8) {
    Few::copy(d, s, n);
  } else {
    copy_ladder<V>(d, s, n);
  }
  return d;
}

/// kLeast: mask bits that are set whatever n is, where n = 0 has gone aside.
template <unsigned kLeast = 0> inline void copy_masked_64(Byte *d, const Byte *s, std::size_t n) {
  const __mmask64 mask = mask_of(n) | kLeast;
  _mm512_mask_storeu_epi8(d, mask, _mm512_maskz_loadu_epi8(mask, s));
}

template <unsigned kLeast = 0> inline void copy_masked_16(Byte *d, const Byte *s, std::size_t n) {
  const auto mask = static_cast<__mmask16>(_bzhi_u32(0xffffU, static_cast<unsigned>(n)) | kLeast);
  _mm_mask_storeu_epi8(V16::reg(d), mask, _mm_maskz_loadu_epi8(mask, V16::reg(s)));
}

/// One masked access for all of 0..63.
struct MaskedSmall {
  static constexpr std::size_t kMost = kPlainOnly ? PlainSmall::kMost : 63;
  static constexpr bool kInLine = false;

  static void copy_open(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      PlainSmall::copy(d, s, n);
    } else {
      copy_masked_64(d, s, n);
    }
  }

  static void *copy(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      return PlainSmall::copy(d, s, n);
    }
    if (crosses(crossing(d) | crossing(s))) [[unlikely]] {
      return copy_at_page_end<V32>(d, s, n); // a tail call: no frame
    }
    void *const dst = d;
    put_aside_below<1>(d, s, n);
    copy_masked_64<1>(d, s, n);
    return dst;
  }
};

/// One masked access up to 16 bytes, four plain ones above: most of the branches that random sizes
/// mispredict are below, most of the bytes that somebody reads from the store are above.
struct MaskedFew {
  static constexpr std::size_t kMost = kPlainOnly ? PlainSmall::kMost : 63;
  static constexpr bool kInLine = true;

  static void copy_open(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      PlainSmall::copy(d, s, n);
    } else if (n > 16) {
      copy_clamped<V16>(d, s, n);
    } else {
      copy_masked_16(d, s, n);
    }
  }

  static void *copy(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      return PlainSmall::copy(d, s, n);
    }
    if (n > 16) {
      copy_clamped<V16>(d, s, n);
      return d;
    }
    if (crosses(crossing<16>(d) | crossing<16>(s))) [[unlikely]] {
      return copy_at_page_end<V8>(d, s, n);
    }
    void *const dst = d;
    put_aside_below<1>(d, s, n);
    copy_masked_16<1>(d, s, n);
    return dst;
  }
};

// What follows works in register 16, which other code's 128-bit instructions do not share: no
// vzeroupper, a seventh of such a call.

// NOLINTNEXTLINE(readability-non-const-parameter): the assembly writes
inline void fill_masked_64(Byte *d, Byte byte, __mmask64 mask) {
  asm("vpbroadcastb %1, %%zmm16\n\tvmovdqu8 %%zmm16, %0%{%2%}"
      : "+m"(*reinterpret_cast<__m512i_u *>(d))
      : "r"(static_cast<unsigned>(byte)), "Yk"(mask)
      : "xmm16");
}

struct MaskedFill {
  static constexpr std::size_t kMost = kPlainOnly ? PlainFill::kMost : 63;

  static void fill(Byte *d, Byte byte, std::size_t n) {
    if (kPlainOnly || crosses(crossing(d))) [[unlikely]] {
      fill_ladder<V32>(d, byte, n);
      return;
    }
    asm("test %1, %1\n\tcmove %2, %0" : "+r"(d) : "r"(n), "r"(store_aside()) : "cc");
    fill_masked_64(d, byte, mask_of(n) | 1U);
  }
};

inline Mask same_64(const Byte *p, Byte byte) {
  Mask same = 0;
  asm("vpbroadcastb %1, %%zmm16\n\tvpcmpeqb %2, %%zmm16, %%k1\n\tkmovq %%k1, %0"
      : "=r"(same)
      : "r"(static_cast<unsigned>(byte)), "m"(*reinterpret_cast<const __m512i_u *>(p))
      : "xmm16", "k1");
  return same;
}
inline Mask diff_64(const Byte *a, const Byte *b) {
  Mask diff = 0;
  asm("vmovdqu64 %1, %%zmm16\n\tvpcmpneqb %2, %%zmm16, %%k1\n\tkmovq %%k1, %0"
      : "=r"(diff)
      : "m"(*reinterpret_cast<const __m512i_u *>(a)), "m"(*reinterpret_cast<const __m512i_u *>(b))
      : "xmm16", "k1");
  return diff;
}

[[gnu::noinline]] int compare_at_page_end(const Byte *a, const Byte *b, std::size_t n) {
  return PlainScan::compare(a, b, n);
}

struct MaskedScan {
  static constexpr std::size_t kMost = kPlainOnly ? PlainScan::kMost : 64;

  // Whole vectors, as both ends are in one page: a mask would have to be made before the load. What
  // lies behind n can't come out, since the lesser of n and its place is taken.
  static std::size_t mismatch(const Byte *a, const Byte *b, std::size_t n) {
    if (kPlainOnly || crosses(crossing(a) | crossing(b))) [[unlikely]] {
      return PlainScan::mismatch(a, b, n);
    }
    return lesser(_tzcnt_u64(diff_64(a, b)), n);
  }

  static int compare(const Byte *a, const Byte *b, std::size_t n) {
    if (kPlainOnly || crosses(crossing(a) | crossing(b))) [[unlikely]] {
      return compare_at_page_end(a, b, n); // a tail call: no frame
    }
    const Mask diff = _bzhi_u64(diff_64(a, b), static_cast<unsigned>(n));
    const std::size_t at = _tzcnt_u64(diff);
    return diff == 0 ? 0 : a[at] - b[at];
  }

  static std::size_t find(const Byte *p, Byte byte, std::size_t n) {
    if (kPlainOnly || crosses(crossing(p))) [[unlikely]] {
      return PlainScan::find(p, byte, n);
    }
    return lesser(_tzcnt_u64(same_64(p, byte)), n);
  }

  static bool zero(const Byte *p, std::size_t n) {
    if (kPlainOnly || crosses(crossing(p))) [[unlikely]] {
      return PlainScan::zero(p, n);
    }
    return !V64::any(_mm512_maskz_loadu_epi8(mask_of(n), p));
  }
};
