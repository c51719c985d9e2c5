// Copies of less than 8 bytes without a branch: where sizes are random, a ladder's branches cost more
// than all of these stores. Every store is done; one that is wider than the copy goes to 16 bytes
// that nobody reads, and its load comes from others, as a load from where one just stored would
// wait. The narrow ones come first, so that a later load finds its bytes in one store.
//
//   n = 1..3   bytes 0, n/2, n-1          n = 4..7   and words 0, n-4          n = 0   all aside
//
// Where the sanitizers look on, copies are a ladder: they know nothing of the place aside.

#if defined(__SANITIZE_ADDRESS__) || defined(VMPERF_CHECKS)
constexpr bool kPlainOnly = true;
#else
constexpr bool kPlainOnly = false;
#endif

/// 64 bytes that nobody reads, each thread its own: in the red zone below the stack pointer, which
/// the System V ABI keeps from signal handlers and -mno-red-zone from the compiler. A local
/// variable would cost every small copy a frame, aligned for vectors.
inline Byte *below_stack() {
  Byte *at = nullptr;
  asm("lea -128(%%rsp), %0" : "=r"(at));
  return at;
}

/// Where a load of nothing goes; never written.
alignas(64) const Byte nowhere[64]{}; // NOLINT(modernize-avoid-c-arrays)

/// Both aside where n is 0.
inline void put_nothing_aside(Byte *&d, const Byte *&s, std::size_t n) {
  const Byte *const none = static_cast<const Byte *>(nowhere);
  asm("test %2, %2\n\tcmove %3, %0\n\tcmove %4, %1"
      : "+r"(d), "+r"(s)
      : "r"(n), "r"(below_stack()), "r"(none)
      : "cc");
}

/// V at both ends of n bytes, all aside where they are less than a V.
template <class V> class EndsOrAside {
public:
  EndsOrAside(Byte *d, const Byte *s, std::size_t n) : first_(d), last_(n - V::kBytes) {
    const Byte *const none = static_cast<const Byte *>(nowhere);
    asm("cmp %3, %4\n\tcmovb %5, %0\n\tcmovb %6, %1\n\tcmovb %7, %2"
        : "+r"(first_), "+r"(s), "+r"(last_)
        : "i"(V::kBytes), "r"(n), "r"(below_stack() + 2 * V::kBytes), "r"(none), "r"(std::size_t{0})
        : "cc");
    a_ = V::load(s);
    b_ = V::load(s + last_);
  }
  void store() const {
    V::store(first_, a_);
    V::store(first_ + last_, b_);
  }

private:
  Byte *first_;
  std::size_t last_;
  V::Reg a_, b_;
};

struct FlatFew {
  static void copy(Byte *d, const Byte *s, std::size_t n) {
    const EndsOrAside<V4> words(d, s, n);
    put_nothing_aside(d, s, n);
    const std::size_t middle = n / 2;
    const std::size_t last = n - static_cast<std::size_t>(n != 0);
    const Byte a = s[0];
    const Byte b = s[middle];
    const Byte c = s[last];
    d[0] = a;
    d[middle] = b;
    d[last] = c;
    words.store();
  }
};

#if defined(__SANITIZE_ADDRESS__) || defined(VMPERF_CHECKS)
using Few = LadderFew;
#else
using Few = FlatFew;
#endif
