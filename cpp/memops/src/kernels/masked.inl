// Small operations on AVX-512: one masked access for any n <= 64, so that random sizes cost no
// mispredicted branch. Two things it must not do:
//   - reach into a page that is not mapped: no fault follows, but the CPU finds that out by
//     microcode, 150 to 530 ns. Where a window crosses into the next page, accesses are plain;
//   - n = 0: the same with any pointer. Its window is moved to where it does no harm, and one byte
//     there is really read and written: a page that only masked-off accesses come to is never
//     marked as used, and each of them pays for that.
// Where the sanitizers look on, every operation is plain: they see no masked access.
// Source: AMD AOCL-LibMem for the masked access; the guard is ours.

#if defined(__SANITIZE_ADDRESS__) || defined(VMPERF_CHECKS)
constexpr bool kPlainOnly = true;
#else
constexpr bool kPlainOnly = false;
#endif

inline __mmask64 mask_of(std::size_t n) {
  return _bzhi_u64(~0ULL, static_cast<unsigned>(n));
}

/// Bit 12 tells whether the 64 bytes from p reach into the next page of 4 KiB.
inline std::uintptr_t crossing(const Byte *p) {
  const auto at = reinterpret_cast<std::uintptr_t>(p);
  return (at + 63) ^ at;
}
inline bool crosses(std::uintptr_t crossings) {
  return (crossings & 4096U) != 0;
}

/// 64 bytes that nobody reads, each thread its own: in the red zone below the stack pointer, which
/// the System V ABI keeps from signal handlers and -mno-red-zone from the compiler. A local
/// variable would cost every small copy a frame, aligned for vectors.
inline Byte *below_stack() {
  Byte *at = nullptr;
  asm("lea -128(%%rsp), %0" : "=r"(at));
  return at;
}

/// Where a load of no bytes goes. A store goes below the stack: to a line that other threads do not
/// have, and not to this one, whose next load would wait for it.
alignas(64) const Byte nowhere[64]{}; // NOLINT(modernize-avoid-c-arrays)

/// Rare, and so out of the way of the masked path.
[[gnu::noinline]] void *copy_at_page_end(Byte *d, const Byte *s, std::size_t n) {
  return PlainSmall::copy(d, s, n);
}

/// kHead: the first 8 bytes once more by a plain store, which a load can take its bytes from.
template <bool kHead> struct MaskedSmall {
  static constexpr std::size_t kMost = 64;

  static void copy_open(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      PlainSmall::copy(d, s, n);
      return;
    }
    const __mmask64 mask = mask_of(n);
    const __m512i v = _mm512_maskz_loadu_epi8(mask, s);
    _mm512_mask_storeu_epi8(d, mask, v);
    if constexpr (kHead) {
      Byte *head = d;
      asm("cmp $8, %1\n\tcmovb %2, %0" : "+r"(head) : "r"(n), "r"(below_stack()) : "cc");
      V8::store(head, static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(v))));
    }
  }

  static void *copy(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      return PlainSmall::copy(d, s, n);
    }
    if (crosses(crossing(d) | crossing(s))) [[unlikely]] {
      return copy_at_page_end(d, s, n); // a tail call: no frame
    }
    void *const dst = d;
    const Byte *const none = static_cast<const Byte *>(nowhere);
    asm("test %2, %2\n\tcmove %3, %0\n\tcmove %4, %1"
        : "+r"(d), "+r"(s)
        : "r"(n), "r"(below_stack()), "r"(none)
        : "cc");
    copy_open(d, s, n + static_cast<std::size_t>(n == 0));
    return dst;
  }
};

struct MaskedFill {
  static constexpr std::size_t kMost = kPlainOnly ? PlainFill::kMost : 64;

  static void fill(Byte *d, Byte byte, std::size_t n) {
    if (kPlainOnly || crosses(crossing(d))) [[unlikely]] {
      PlainFill::fill(d, byte, n);
      return;
    }
    asm("test %1, %1\n\tcmove %2, %0" : "+r"(d) : "r"(n), "r"(below_stack()) : "cc");
    _mm512_mask_storeu_epi8(d, mask_of(n + static_cast<std::size_t>(n == 0)), V64::splat(byte));
  }
};

struct MaskedScan {
  static constexpr std::size_t kMost = kPlainOnly ? PlainScan::kMost : 64;

  // Whole vectors, as both ends are in one page: a mask would have to be made before the load. What
  // lies behind n can't come out, since the lesser of n and its place is taken.
  static std::size_t mismatch(const Byte *a, const Byte *b, std::size_t n) {
    if (kPlainOnly || n == 0 || crosses(crossing(a) | crossing(b))) [[unlikely]] {
      return PlainScan::mismatch(a, b, n);
    }
    return lesser(_tzcnt_u64(V64::diff(V64::load(a), V64::load(b))), n);
  }

  static std::size_t find(const Byte *p, Byte byte, std::size_t n) {
    if (kPlainOnly || n == 0 || crosses(crossing(p))) [[unlikely]] {
      return PlainScan::find(p, byte, n);
    }
    return lesser(_tzcnt_u64(V64::same(V64::load(p), V64::splat(byte))), n);
  }

  static bool zero(const Byte *p, std::size_t n) {
    if (kPlainOnly || n == 0 || crosses(crossing(p))) [[unlikely]] {
      return PlainScan::zero(p, n);
    }
    return !V64::any(_mm512_maskz_loadu_epi8(mask_of(n), p));
  }
};
