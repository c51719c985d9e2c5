// Copies of a few bytes, which the others fall back to. A unit names as Few what copies less than
// 8 bytes: LadderFew, or FlatFew of x86_few.inl.

inline std::size_t lesser(std::size_t a, std::size_t b) {
  return a < b ? a : b;
}

template <class V> inline void copy_ends(Byte *d, const Byte *s, std::size_t n) {
  const auto a = V::load(s);
  const auto b = V::load(s + n - V::kBytes);
  V::store(d, a);
  V::store(d + n - V::kBytes, b);
}

/// 0 <= n <= 2W: the widest access that fits, twice.
template <class V> inline void copy_ladder(Byte *d, const Byte *s, std::size_t n) {
  if (n >= V::kBytes) {
    copy_ends<V>(d, s, n);
  } else if constexpr (V::kBytes > 1) {
    copy_ladder<typename V::Half>(d, s, n);
  }
}

struct LadderFew {
  static void copy(Byte *d, const Byte *s, std::size_t n) { copy_ladder<V4>(d, s, n); }
};
