// Copies of less than 8 bytes without a branch: where sizes are random, a ladder's branches cost
// more than all of these stores. Every store is done; one that is wider than the copy goes to a
// place that nobody reads, and its load comes from another. The narrow ones come first, so that a
// later load finds its bytes in one store.
//
//   n = 1..3   bytes 0, n/2, n-1          n = 4..7   and words 0, n-4          n = 0   all aside
//
// Where the sanitizers look on, copies are a ladder: they know nothing of the place aside.

/// Of 64 bytes that nobody reads, each thread its own, the 17th: those are in the red zone below
/// the stack pointer, which the System V ABI keeps from signal handlers and -mno-red-zone from the
/// compiler. A local variable would cost every small copy a frame, aligned for vectors.
inline Byte *store_aside() {
  Byte *at = nullptr;
  asm("lea -112(%%rsp), %0" : "=r"(at));
  return at;
}

/// Where a load of nothing goes, as a load from where one just stored would wait; never written. A
/// window of 64 bytes from its 17th on is in one page.
alignas(128) const Byte nowhere[128]{}; // NOLINT(modernize-avoid-c-arrays)

/// Both aside, with 16 bytes before them, where n < kLeast.
template <int kLeast> inline void put_aside_below(Byte *&d, const Byte *&s, std::size_t n) {
  asm("cmp %2, %3\n\tcmovb %4, %0\n\tcmovb %5, %1"
      : "+r"(d), "+r"(s)
      : "i"(kLeast), "r"(n), "r"(store_aside()), "r"(nowhere + 16)
      : "cc");
}

struct FlatFew {
  static void copy(Byte *d, const Byte *s, std::size_t n) {
    Byte *d4 = d;
    const Byte *s4 = s;
    put_aside_below<4>(d4, s4, n);
    put_aside_below<1>(d, s, n);
    const std::size_t middle = n / 2;
    const auto first = V4::load(s4);
    const auto last = V4::load(s4 + n - 4);
    const Byte a = s[0];
    const Byte b = s[middle];
    const Byte c = (s + n)[-1];
    d[0] = a;
    d[middle] = b;
    (d + n)[-1] = c;
    V4::store(d4, first);
    V4::store(d4 + n - 4, last);
  }
};

struct Few {
  static void copy(Byte *d, const Byte *s, std::size_t n) {
    if constexpr (kPlainOnly) {
      LadderFew::copy(d, s, n);
    } else {
      FlatFew::copy(d, s, n);
    }
  }
};
