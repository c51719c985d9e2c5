// Fills: the shapes of copy.inl without the loads.

template <class V> inline void fill_ends(Byte *d, typename V::Reg v, std::size_t n) {
  V::store(d, v);
  V::store(d + n - V::kBytes, v);
}

template <class V> inline void fill_ladder(Byte *d, Byte byte, std::size_t n) {
  if (n >= V::kBytes) {
    fill_ends<V>(d, V::splat(byte), n);
  } else if constexpr (V::kBytes > 1) {
    fill_ladder<typename V::Half>(d, byte, n);
  }
}

template <class V> inline void fill_clamped(Byte *d, typename V::Reg v, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  V::store(d, v);
  V::store(d + lesser(kW, n - kW), v);
  V::store(d + n - lesser(n, 2 * kW), v);
  V::store(d + n - kW, v);
}

/// W <= n <= 4W; as copy_medium.
template <class V> inline void fill_medium(Byte *d, typename V::Reg v, std::size_t n) {
  if (V::kBytes == 64 && n <= 2 * V::kBytes) {
    fill_ends<V>(d, v, n);
  } else {
    fill_clamped<V>(d, v, n);
  }
}

/// n > 4W.
template <class V> inline void fill_loop(Byte *d, typename V::Reg v, std::size_t n) {
  constexpr std::size_t kW = V::kBytes;
  constexpr std::size_t kTurn = Turn<V>::kBytes;
  const auto turn = Turn<V>::splat(v);
  Byte *const end = d + n - kTurn;
  const std::size_t skip = (kW - reinterpret_cast<std::uintptr_t>(d)) & (kW - 1);
  if (skip != 0) {
    V::store(d, v);
  }
  for (Byte *to = d + skip; to < end; to += kTurn) {
    turn.store_aligned(to);
  }
  turn.store(end);
}

/// n >= 1024. Takes the byte: no vector is an argument, as arguments come in registers below 16.
template <class V> [[gnu::noinline]] Byte *fill_past_caches(Byte *d, Byte byte, std::size_t n) {
  const auto v = V::splat(byte);
  constexpr std::size_t kW = V::kBytes;
  constexpr std::size_t kStep = kW == 64 ? 256 : 8 * kW;
  Byte *to = d + (64 - (reinterpret_cast<std::uintptr_t>(d) & 63U));
  for (std::size_t i = 0; i < 64; i += kW) {
    V::store(d + i, v);
  }
  for (; to <= d + n - kStep; to += kStep) {
    for (std::size_t i = 0; i < kStep; i += kW) {
      V::stream(to + i, v);
    }
  }
  stream_fence();
  for (; to < d + n - kW; to += kW) {
    V::store(to, v);
  }
  V::store(d + n - kW, v);
  return d;
}

/// n > 4 * Clamp::kBytes.
template <bool kAutomatic> inline Byte *fill_above(Byte *d, Byte byte, std::size_t n) {
  const auto v = Wide::splat(byte);
  if constexpr (Wide::kBytes > Clamp::kBytes) {
    if (n <= 4 * Wide::kBytes) {
      fill_medium<Wide>(d, v, n);
      return d;
    }
  }
  if constexpr (kAutomatic) {
    if (n >= __atomic_load_n(&detail::stream_fill_bytes, __ATOMIC_RELAXED)) [[unlikely]] {
      return fill_past_caches<Wide>(d, byte, n);
    }
  }
  fill_loop<Wide>(d, v, n);
  return d;
}

struct PlainFill {
  static constexpr std::size_t kMost = 4 * Clamp::kBytes;

  static void fill(Byte *d, Byte byte, std::size_t n) {
    if (n >= Clamp::kBytes) {
      fill_clamped<Clamp>(d, Clamp::splat(byte), n);
    } else {
      fill_ladder<Clamp::Half>(d, byte, n);
    }
  }
};

template <class Small, bool kAutomatic>
void *fill_entry(void *dst, unsigned char byte, std::size_t n) {
  auto *d = static_cast<Byte *>(dst);
  if (n <= Small::kMost) [[likely]] {
    Small::fill(d, byte, n);
    return dst;
  }
  return fill_above<kAutomatic>(d, byte, n);
}

template <class Small> void *fill_stream_entry(void *dst, unsigned char byte, std::size_t n) {
  if (n < 1024) {
    return fill_entry<Small, false>(dst, byte, n);
  }
  return fill_past_caches<Wide>(static_cast<Byte *>(dst), byte, n);
}
