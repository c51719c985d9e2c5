// Copies that cannot tear: see guest.hpp for the contract. Where both sides agree modulo the atom,
// one pass moves atoms through a register. Else the source's atoms go to a private buffer and the
// destination's come out of it, each side cut at its own boundaries:
//
//   src  ...|=======|=======|===        read by the source's atoms
//   buffer  ===========================
//   dst     .....|=======|=======|..... written by the destination's; what is left stays for the
//                                       next pass

/// One access per word, that no compiler merges or splits.
struct Shared {
  template <class T> static T load(const Byte *p) {
    return __atomic_load_n(reinterpret_cast<const T *>(p), __ATOMIC_RELAXED);
  }
  template <class T> static void store(Byte *p, T v) {
    __atomic_store_n(reinterpret_cast<T *>(p), v, __ATOMIC_RELAXED);
  }
  template <class A> static A::Reg load_atom(const Byte *p) { return A::load(p); }
  template <class A> static void store_atom(Byte *p, A::Reg v) { A::store(p, v); }
};

/// The buffer: nobody else's, not aligned.
struct Private {
  template <class T> static T load(const Byte *p) {
    return reinterpret_cast<const Word<T, void>::Loose *>(p)[0];
  }
  template <class T> static void store(Byte *p, T v) {
    reinterpret_cast<Word<T, void>::Loose *>(p)[0] = v;
  }
  template <class A> static A::Reg load_atom(const Byte *p) { return A::load_loose(p); }
  template <class A> static void store_atom(Byte *p, A::Reg v) { A::store_loose(p, v); }
};

struct Atom8 {
  using Reg = std::uint64_t;
  static constexpr std::size_t kBytes = 8;
  static Reg load(const Byte *p) { return Shared::load<Reg>(p); }
  static void store(Byte *p, Reg v) { Shared::store<Reg>(p, v); }
  static Reg load_loose(const Byte *p) { return V8::load(p); }
  static void store_loose(Byte *p, Reg v) { V8::store(p, v); }
};

template <class From, class To> inline void guest_word(Byte *d, const Byte *s, std::size_t width) {
  switch (width) {
  case 1:
    To::template store<std::uint8_t>(d, From::template load<std::uint8_t>(s));
    break;
  case 2:
    To::template store<std::uint16_t>(d, From::template load<std::uint16_t>(s));
    break;
  case 4:
    To::template store<std::uint32_t>(d, From::template load<std::uint32_t>(s));
    break;
  default:
    To::template store<std::uint64_t>(d, From::template load<std::uint64_t>(s));
  }
}

/// n bytes by the natural pieces of `at`, the address on the side that is cut.
template <class A, class From, class To>
inline void guest_pass(Byte *d, const Byte *s, std::size_t n, const Byte *at) {
  constexpr std::size_t kA = A::kBytes;
  auto address = reinterpret_cast<std::uintptr_t>(at);
  std::size_t i = 0;
  const auto piece = [&](std::size_t width) {
    // A piece of 16 bytes, below an atom of 32, is an atom of its own.
    if constexpr (kA > 16) {
      if (width == 16) {
        To::template store_atom<typename A::Half>(
            d + i, From::template load_atom<typename A::Half>(s + i));
        i += width;
        return;
      }
    }
    guest_word<From, To>(d + i, s + i, width);
    i += width;
  };
  for (std::size_t width = 1; width < kA; width *= 2) { // up to the first atom
    if (((address + i) & width) != 0 && n - i >= width) {
      piece(width);
    }
  }
  for (; n - i >= 4 * kA && ((address + i) & (kA - 1)) == 0; i += 4 * kA) {
    const auto a = From::template load_atom<A>(s + i);
    const auto b = From::template load_atom<A>(s + i + kA);
    const auto c = From::template load_atom<A>(s + i + 2 * kA);
    const auto e = From::template load_atom<A>(s + i + 3 * kA);
    To::template store_atom<A>(d + i, a);
    To::template store_atom<A>(d + i + kA, b);
    To::template store_atom<A>(d + i + 2 * kA, c);
    To::template store_atom<A>(d + i + 3 * kA, e);
  }
  for (; n - i >= kA && ((address + i) & (kA - 1)) == 0; i += kA) {
    To::template store_atom<A>(d + i, From::template load_atom<A>(s + i));
  }
  for (std::size_t width = kA / 2; width > 0; width /= 2) { // what is left after the last atom
    if (n - i >= width && ((address + i) & (width - 1)) == 0) {
      piece(width);
    }
  }
}

template <class A> inline void guest_through_buffer(Byte *d, const Byte *s, std::size_t n) {
  constexpr std::size_t kRoom = 256;
  Byte buffer[kRoom + A::kBytes]; // NOLINT(modernize-avoid-c-arrays)
  std::size_t have = 0;
  while (n > 0) {
    std::size_t take = n;
    if (n > kRoom) {
      take = kRoom - (reinterpret_cast<std::uintptr_t>(s) & (A::kBytes - 1));
    }
    guest_pass<A, Shared, Private>(buffer + have, s, take, s);
    have += take;
    s += take;
    n -= take;
    std::size_t give = have;
    if (n > 0) {
      give -= (reinterpret_cast<std::uintptr_t>(d) + have) & (A::kBytes - 1);
    }
    guest_pass<A, Private, Shared>(d, buffer, give, d);
    d += give;
    have -= give;
    for (std::size_t i = 0; i < have; ++i) {
      buffer[i] = buffer[give + i];
    }
  }
}

template <class A> void *guest_entry(void *dst, const void *src, std::size_t n) {
  auto *d = static_cast<Byte *>(dst);
  const auto *s = static_cast<const Byte *>(src);
  if ((static_cast<std::size_t>(d - s) & (A::kBytes - 1)) == 0) {
    guest_pass<A, Shared, Shared>(d, s, n, d);
  } else {
    guest_through_buffer<A>(d, s, n);
  }
  return dst;
}

#ifdef __SANITIZE_THREAD__
template <class A> using Seen = Atom8; // it does not see what assembly accesses
#else
template <class A> using Seen = A;
#endif
