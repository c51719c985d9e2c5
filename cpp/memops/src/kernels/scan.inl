// Comparing and searching: one question per four vectors, then the vector, then the byte. The rest
// of a range is the last whole vector once more, which overlaps what is known already.

template <class V> inline std::size_t mismatch_ladder(const Byte *a, const Byte *b, std::size_t n) {
  if (n >= V::kBytes) {
    if (const Mask m = V::diff(V::load(a), V::load(b)); m != 0) {
      return V::first(m);
    }
    const std::size_t last = n - V::kBytes;
    const Mask m = V::diff(V::load(a + last), V::load(b + last));
    return m != 0 ? last + V::first(m) : n;
  }
  if constexpr (V::kBytes > 1) {
    return mismatch_ladder<typename V::Half>(a, b, n);
  }
  return n;
}

/// n >= W.
template <class V>
[[gnu::always_inline]] inline std::size_t mismatch_loop(const Byte *a, const Byte *b,
                                                        std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  if (const Mask m = V::diff(V::load(a), V::load(b)); m != 0) {
    return V::first(m);
  }
  std::size_t i = kW;
  for (; n - i >= 4 * kW; i += 4 * kW) {
    const auto x = Four<V>::load(a + i);
    const auto y = Four<V>::load(b + i);
    if (V::any(V::merge(V::merge(V::apart(x.a, y.a), V::apart(x.b, y.b)),
                        V::merge(V::apart(x.c, y.c), V::apart(x.d, y.d))))) {
      break;
    }
  }
  for (; n - i >= kW; i += kW) {
    if (const Mask m = V::diff(V::load(a + i), V::load(b + i)); m != 0) {
      return i + V::first(m);
    }
  }
  const std::size_t last = n - kW;
  const Mask m = V::diff(V::load(a + last), V::load(b + last));
  return m != 0 ? last + V::first(m) : n;
}

template <class V> inline std::size_t find_ladder(const Byte *p, Byte byte, std::size_t n) {
  if (n >= V::kBytes) {
    const auto needle = V::splat(byte);
    if (const Mask m = V::same(V::load(p), needle); m != 0) {
      return V::first(m);
    }
    const std::size_t last = n - V::kBytes;
    const Mask m = V::same(V::load(p + last), needle);
    return m != 0 ? last + V::first(m) : n;
  }
  if constexpr (V::kBytes > 1) {
    return find_ladder<typename V::Half>(p, byte, n);
  }
  return n;
}

/// n >= W.
template <class V> inline std::size_t find_loop(const Byte *p, Byte byte, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  const auto needle = V::splat(byte);
  if (const Mask m = V::same(V::load(p), needle); m != 0) {
    return V::first(m);
  }
  std::size_t i = kW;
  for (; n - i >= 4 * kW; i += 4 * kW) {
    const auto x = Four<V>::load(p + i);
    if (V::any_same(x.a, x.b, x.c, x.d, needle)) {
      break;
    }
  }
  for (; n - i >= kW; i += kW) {
    if (const Mask m = V::same(V::load(p + i), needle); m != 0) {
      return i + V::first(m);
    }
  }
  const std::size_t last = n - kW;
  const Mask m = V::same(V::load(p + last), needle);
  return m != 0 ? last + V::first(m) : n;
}

template <class V> inline bool zero_ladder(const Byte *p, std::size_t n) {
  if (n >= V::kBytes) {
    return !V::any(V::merge(V::load(p), V::load(p + n - V::kBytes)));
  }
  if constexpr (V::kBytes > 1) {
    return zero_ladder<typename V::Half>(p, n);
  }
  return true;
}

/// n >= W.
template <class V> inline bool zero_loop(const Byte *p, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  std::size_t i = 0;
  for (; n - i >= 4 * kW; i += 4 * kW) {
    const auto x = Four<V>::load(p + i);
    if (V::any(V::merge(V::merge(x.a, x.b), V::merge(x.c, x.d)))) {
      return false;
    }
  }
  auto rest = V::load(p + n - kW);
  for (; n - i >= kW; i += kW) {
    rest = V::merge(rest, V::load(p + i));
  }
  return !V::any(rest);
}

/// What compare() says where the first difference is `at`, or n for none.
inline int sign_at(const Byte *a, const Byte *b, std::size_t at, std::size_t n) {
  return at == n ? 0 : a[at] - b[at];
}

struct PlainScan {
  static constexpr std::size_t kMost = 2 * Wide::kBytes;

  static std::size_t mismatch(const Byte *a, const Byte *b, std::size_t n) {
    return mismatch_ladder<Wide>(a, b, n);
  }
  static int compare(const Byte *a, const Byte *b, std::size_t n) {
    return sign_at(a, b, mismatch(a, b, n), n);
  }
  static std::size_t find(const Byte *p, Byte byte, std::size_t n) {
    return find_ladder<Wide>(p, byte, n);
  }
  static bool zero(const Byte *p, std::size_t n) { return zero_ladder<Wide>(p, n); }
};

// One comparison tells 1..kMost from both n = 0, which has nothing to look at, and larger n.
template <class Small> inline bool is_small(std::size_t n) {
  return n - 1 < Small::kMost;
}

template <class Small> std::size_t mismatch_entry(const void *a, const void *b, std::size_t n) {
  const auto *x = static_cast<const Byte *>(a);
  const auto *y = static_cast<const Byte *>(b);
  if (is_small<Small>(n)) {
    return Small::mismatch(x, y, n);
  }
  return n == 0 ? 0 : mismatch_loop<Wide>(x, y, n);
}

// All in one function: a call of mismatch_entry would cost a frame, and 64 bytes half as much again.
template <class Small> int compare_entry(const void *a, const void *b, std::size_t n) {
  const auto *x = static_cast<const Byte *>(a);
  const auto *y = static_cast<const Byte *>(b);
  if (is_small<Small>(n)) {
    return Small::compare(x, y, n);
  }
  return n == 0 ? 0 : sign_at(x, y, mismatch_loop<Wide>(x, y, n), n);
}

template <class Small> std::size_t find_entry(const void *p, unsigned char byte, std::size_t n) {
  const auto *x = static_cast<const Byte *>(p);
  if (is_small<Small>(n)) {
    return Small::find(x, byte, n);
  }
  return n == 0 ? 0 : find_loop<Wide>(x, byte, n);
}

template <class Small> bool zero_entry(const void *p, std::size_t n) {
  const auto *x = static_cast<const Byte *>(p);
  if (is_small<Small>(n)) {
    return Small::zero(x, n);
  }
  return n == 0 || zero_loop<Wide>(x, n);
}
