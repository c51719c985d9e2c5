// Copies of a known range of sizes by overlapping accesses, and the loops above them. Every
// function here loads all that it overwrites before it stores, so each is a memmove.
//
//   W..2W   [ first ]            4W..8W   four from the start, four to the end
//               [ last ]                  below 8 bytes: Few, which the unit chooses
//   W..4W   0, min(W, n-W), max(n-2W, 0), n-W: one path without a branch
//
// Loops: two or four vectors a turn, stores aligned, unaligned head and tail loaded before them.

template <class V> inline void copy_clamped(Byte *d, const Byte *s, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  const std::size_t second = lesser(kW, n - kW);
  const std::size_t third = n - lesser(n, 2 * kW);
  const auto a = V::load(s);
  const auto b = V::load(s + second);
  const auto c = V::load(s + third);
  const auto e = V::load(s + n - kW);
  V::store(d, a);
  V::store(d + second, b);
  V::store(d + third, c);
  V::store(d + n - kW, e);
}

/// W <= n <= 4W. Of four stores of 64 bytes half would be idle up to 128, which costs more than one
/// branch that sizes rarely come to; and one line is what fixed sizes are most often.
template <class V> inline void copy_medium(Byte *d, const Byte *s, std::size_t n) {
  if (V::kBytes == 64 && n == V::kBytes) [[likely]] {
    V::store(d, V::load(s));
  } else if (V::kBytes == 64 && n <= 2 * V::kBytes) {
    copy_ends<V>(d, s, n);
  } else {
    copy_clamped<V>(d, s, n);
  }
}

/// Four vectors in registers.
template <class V> struct Four {
  V::Reg a, b, c, d;
  static constexpr std::size_t kBytes = 4 * V::kBytes;

  static Four load(const Byte *p) {
    constexpr std::size_t kW = V::kBytes;
    return {V::load(p), V::load(p + kW), V::load(p + 2 * kW), V::load(p + 3 * kW)};
  }
  static Four splat(const V::Reg &v) { return {v, v, v, v}; }
  void store(Byte *p) const {
    constexpr std::size_t kW = V::kBytes;
    V::store(p, a);
    V::store(p + kW, b);
    V::store(p + 2 * kW, c);
    V::store(p + 3 * kW, d);
  }
  void store_aligned(Byte *p) const {
    constexpr std::size_t kW = V::kBytes;
    V::store_aligned(p, a);
    V::store_aligned(p + kW, b);
    V::store_aligned(p + 2 * kW, c);
    V::store_aligned(p + 3 * kW, d);
  }
};

template <class V> struct Two {
  V::Reg a, b;
  static constexpr std::size_t kBytes = 2 * V::kBytes;

  static Two load(const Byte *p) { return {V::load(p), V::load(p + V::kBytes)}; }
  static Two splat(const V::Reg &v) { return {v, v}; }
  void store(Byte *p) const {
    V::store(p, a);
    V::store(p + V::kBytes, b);
  }
  void store_aligned(Byte *p) const {
    V::store_aligned(p, a);
    V::store_aligned(p + V::kBytes, b);
  }
};

/// What a turn of a loop moves: 128 bytes where that is two vectors, as the last turn overlaps the
/// one before it, and each of its stores crosses a line.
template <class V, bool kLine = V::kBytes == 64> struct TurnOf {
  using Type = Four<V>;
};
template <class V> struct TurnOf<V, true> {
  using Type = Two<V>;
};
template <class V> using Turn = TurnOf<V>::Type;

template <class V> inline void copy_fours(Byte *d, const Byte *s, std::size_t n) {
  const auto head = Four<V>::load(s);
  const auto tail = Four<V>::load(s + n - 4 * V::kBytes);
  head.store(d);
  tail.store(d + n - 4 * V::kBytes);
}

/// n > 4W; right for d < s and for ranges apart.
template <class V> inline void copy_up(Byte *d, const Byte *s, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  constexpr std::size_t kTurn = Turn<V>::kBytes;
  const auto head = V::load(s);
  const auto tail = Turn<V>::load(s + n - kTurn);
  Byte *const end = d + n - kTurn;
  const std::size_t skip = (kW - reinterpret_cast<std::uintptr_t>(d)) & (kW - 1);
  Byte *to = d + skip;
  const Byte *from = s + skip;
  while (to < end) {
    Turn<V>::load(from).store_aligned(to);
    to += kTurn;
    from += kTurn;
  }
  tail.store(end);
  if (skip != 0) { // else a store too many, a sixteenth of 1 KiB
    V::store(d, head);
  }
}

/// n > 4W; right for d > s and for ranges apart.
template <class V> inline void copy_down(Byte *d, const Byte *s, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  constexpr std::size_t kTurn = Turn<V>::kBytes;
  const auto head = Turn<V>::load(s);
  const auto tail = V::load(s + n - kW);
  const std::size_t over = (reinterpret_cast<std::uintptr_t>(d) + n) & (kW - 1);
  Byte *const end = d + kTurn;
  Byte *to = d + n - over;
  const Byte *from = s + n - over;
  while (to > end) {
    to -= kTurn;
    from -= kTurn;
    Turn<V>::load(from).store_aligned(to);
  }
  head.store(d);
  if (over != 0) {
    V::store(d + n - kW, tail);
  }
}

/// From one address up to another, modulo 2^64.
inline std::size_t distance(const Byte *from, const Byte *to) {
  return reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
}

/// n > 4W, temporal. A load waits for an older store whose address agrees in the low 12 bits, so a
/// destination a little ahead of its source modulo 4096 is copied downward, where it can be.
template <class V> inline void copy_loop(Byte *d, const Byte *s, std::size_t n) {
  const std::size_t ahead = distance(s, d);
  const std::size_t behind = distance(d, s);
  const bool alias = n >= 2048 && ((ahead - 1) & 4095U) < 255;
  if (ahead < n || (alias && behind >= n)) [[unlikely]] {
    copy_down<V>(d, s, n);
  } else {
    copy_up<V>(d, s, n);
  }
}

/// Past the caches; n >= 1024, ranges apart. Reads 2 KiB ahead into the nearest level alone; whole
/// lines are written at a time; the head and the tail are temporal. One line of the destination's
/// page after next is read, for its translation: a store past the caches is not fetched ahead, and
/// waits for a page walk of its own.
/// Returns d, as all here do from which a call could be the last act: no frame in the small paths.
template <class V> [[gnu::noinline]] Byte *copy_past_caches(Byte *d, const Byte *s, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  constexpr std::size_t kN = kW == 64 ? 4 : 8;
  const std::size_t skip = 64 - (reinterpret_cast<std::uintptr_t>(d) & 63U);
  Four<Clamp>::load(s).store(d); // 64 bytes or, on the scalar tier, two halves of them
  if constexpr (Clamp::kBytes < 16) {
    Four<Clamp>::load(s + 32).store(d + 32);
  }
  Byte *to = d + skip;
  const Byte *from = s + skip;
  Byte *const end = d + n - kN * kW;
  for (; to <= end; to += kN * kW, from += kN * kW) {
    typename V::Reg r[kN]; // NOLINT(modernize-avoid-c-arrays)
    if ((reinterpret_cast<std::uintptr_t>(to) & 4095U) < kN * kW) {
      __builtin_prefetch(to + lesser(8192, distance(to, end)), 0, 0);
    }
    for (std::size_t i = 0; i < kN * kW; i += 64) {
      __builtin_prefetch(from + 2048 + i, 0, 0);
    }
    for (std::size_t i = 0; i < kN; ++i) {
      r[i] = V::load(from + i * kW);
    }
    for (std::size_t i = 0; i < kN; ++i) {
      V::stream(to + i * kW, r[i]);
    }
  }
  stream_fence();
  for (; to < d + n - kW; to += kW, from += kW) {
    V::store(to, V::load(from));
  }
  V::store(d + n - kW, V::load(s + n - kW));
  return d;
}

inline bool apart(const Byte *d, const Byte *s, std::size_t n) {
  return distance(s, d) >= n && distance(d, s) >= n;
}

template <bool kAutomatic>
[[gnu::noinline]] Byte *copy_large(Byte *d, const Byte *s, std::size_t n) {
  if constexpr (kAutomatic) {
    if (n >= __atomic_load_n(&detail::stream_copy_bytes, __ATOMIC_RELAXED) && apart(d, s, n))
        [[unlikely]] {
      return copy_past_caches<Wide>(d, s, n);
    }
  }
  copy_loop<Wide>(d, s, n);
  return d;
}

/// n >= Wide::kBytes and n > what the small path takes.
template <bool kAutomatic> inline Byte *copy_above(Byte *d, const Byte *s, std::size_t n) {
  if constexpr (Wide::kBytes > Clamp::kBytes) {
    if (n <= 4 * Wide::kBytes) [[likely]] {
      copy_medium<Wide>(d, s, n);
      return d;
    }
  }
  if (n <= 8 * Wide::kBytes) {
    copy_fours<Wide>(d, s, n);
    return d;
  }
  return copy_large<kAutomatic>(d, s, n);
}

/// Up to 64 bytes (scalar: 32) by plain stores; a whole vector of 64 is one store of those above.
struct PlainSmall {
  static constexpr std::size_t kMost = 4 * Clamp::kBytes - (Wide::kBytes == 64 ? 1 : 0);
  static constexpr bool kInLine = true;

  static void *copy(Byte *d, const Byte *s, std::size_t n) {
    if (n >= Clamp::kBytes) {
      copy_clamped<Clamp>(d, s, n);
    } else if (Clamp::kBytes > 8 && n >= 8) {
      copy_ends<V8>(d, s, n);
    } else {
      Few::copy(d, s, n);
    }
    return d;
  }
  /// As copy(), where 64 bytes from d and s are mapped.
  static void copy_open(Byte *d, const Byte *s, std::size_t n) { copy(d, s, n); }
};

template <class Small, bool kOpen = false>
void *copy_entry(void *dst, const void *src, std::size_t n) {
  auto *d = static_cast<Byte *>(dst);
  const auto *s = static_cast<const Byte *>(src);
  // Small paths in a line make small copies 3 % faster; but the masked one, which is short, 8 %
  // slower.
  if (__builtin_expect_with_probability(n > Small::kMost ? 1 : 0, 0, Small::kInLine ? 0.9 : 0.5) !=
      0) {
    return copy_above<true>(d, s, n);
  }
  if constexpr (kOpen) {
    Small::copy_open(d, s, n);
    return dst;
  } else {
    return Small::copy(d, s, n);
  }
}

void *copy_temporal_entry(void *dst, const void *src, std::size_t n) {
  auto *d = static_cast<Byte *>(dst);
  const auto *s = static_cast<const Byte *>(src);
  if (n > PlainSmall::kMost) {
    return copy_above<false>(d, s, n);
  }
  return PlainSmall::copy(d, s, n);
}

void *copy_stream_entry(void *dst, const void *src, std::size_t n) {
  auto *d = static_cast<Byte *>(dst);
  const auto *s = static_cast<const Byte *>(src);
  if (n < 1024 || !apart(d, s, n)) {
    return copy_temporal_entry(dst, src, n);
  }
  return copy_past_caches<Wide>(d, s, n);
}
