// Batches. Bounds are checked in a pass of their own, without a branch per element, so the loop of
// copies knows that every arena is mapped throughout: a 64-byte access needs no page guard where it
// ends in the arena's last page, and only those near the end need one where that page ends early.

// A template's argument would lose the attributes of a vector, hence the types around them.
struct ManyNumbers { // as many as the widest vector holds
  static constexpr std::size_t kLanes = Wide::kBytes / sizeof(std::uint64_t);
  // NOLINTBEGIN(modernize-use-using)
  typedef std::uint64_t Reg __attribute__((vector_size(Wide::kBytes)));
  typedef std::uint64_t Loose
      __attribute__((vector_size(Wide::kBytes), aligned(sizeof(std::uint64_t)), may_alias));
  // NOLINTEND(modernize-use-using)
};
struct OneNumber {
  static constexpr std::size_t kLanes = 1;
  using Reg = std::uint64_t;
  using Loose = std::uint64_t;
};

/// What the elements before had, in each lane: sign bits of what is out of bounds, bits of sizes
/// that differ. A sum of offset and size could wrap; these differences can't where neither has its
/// sign bit set, and no buffer is that large.
template <class Numbers> struct Findings {
  using Reg = Numbers::Reg;
  Reg bad{}, unlike{};

  void add_sizes(const Reg &n, std::uint64_t like) {
    bad |= n;
    unlike |= n ^ like;
  }
  void add_side(const Reg &off, const Reg &n, std::uint64_t limit) {
    const Reg left = limit - n;
    bad |= off | left | (left - off);
  }
};

/// Of as many elements as fill lanes, from one on; returns where the others begin.
template <bool kDst, bool kSrc, class Numbers>
inline std::size_t find_bad(const Batch &batch, std::size_t from, Findings<Numbers> &found) {
  using Reg = Numbers::Reg;
  constexpr std::size_t kLanes = Numbers::kLanes;
  const auto at = [](const std::uint64_t *p, Reg &to) {
    to = *reinterpret_cast<const Numbers::Loose *>(p);
  };
  const std::uint64_t like = batch.n[0];
  std::size_t i = from;
  for (; batch.count - i >= kLanes; i += kLanes) {
    Reg n;
    at(batch.n + i, n);
    found.add_sizes(n, like);
    Reg off;
    if constexpr (kDst) {
      at(batch.dst_off + i, off);
      found.add_side(off, n, batch.dst_bytes);
    }
    if constexpr (kSrc) {
      at(batch.src_off + i, off);
      found.add_side(off, n, batch.src_bytes);
    }
  }
  return i;
}

template <bool kDst, bool kSrc> inline BatchFacts check_sides(const Batch &batch) {
  Findings<ManyNumbers> wide;
  Findings<OneNumber> rest;
  find_bad<kDst, kSrc>(batch, find_bad<kDst, kSrc>(batch, 0, wide), rest);
  for (std::size_t i = 0; i < ManyNumbers::kLanes; ++i) {
    rest.bad |= wide.bad[i];
    rest.unlike |= wide.unlike[i];
  }
  return {(rest.bad >> 63U) != 0, rest.unlike == 0};
}

BatchFacts check_batch(const Batch &batch) {
  if (batch.dst_off == nullptr) {
    return check_sides<false, true>(batch);
  }
  if (batch.src_off == nullptr) {
    return check_sides<true, false>(batch);
  }
  return check_sides<true, true>(batch);
}

/// Where 64 bytes are mapped from every place in [p, p + bytes], as the last of them are in a page
/// that goes on; else the first offset from which fewer may be.
inline std::size_t open_below(const Byte *p, std::size_t bytes) {
  const std::uintptr_t last = (reinterpret_cast<std::uintptr_t>(p) + bytes) & 4095U;
  if (last - 1 < 4096 - 64) {
    return ~std::size_t{0};
  }
  return bytes < 64 ? 0 : bytes - 63;
}

/// kBytes, a multiple of the vector; in two halves, each loaded before it is stored, where it does
/// not fit the registers: then downward, if the destination overlaps from above.
template <std::size_t kBytes> inline void copy_even(Byte *d, const Byte *s) {
  if constexpr (kBytes <= 8 * Wide::kBytes) {
    constexpr std::size_t kN = kBytes / Wide::kBytes;
    Wide::Reg r[kN]; // NOLINT(modernize-avoid-c-arrays)
    for (std::size_t i = 0; i < kN; ++i) {
      r[i] = Wide::load(s + i * Wide::kBytes);
    }
    for (std::size_t i = 0; i < kN; ++i) {
      Wide::store(d + i * Wide::kBytes, r[i]);
    }
  } else {
    const std::size_t first = static_cast<std::size_t>(d - s) < kBytes ? kBytes / 2 : 0;
    copy_even<kBytes / 2>(d + first, s + first);
    copy_even<kBytes / 2>(d + (kBytes / 2 - first), s + (kBytes / 2 - first));
  }
}

template <class Small, bool kFar, bool kOpen, std::size_t kSame>
inline void batch_loop(const Batch &batch) {
  // Copies of the members: a store of bytes could change those in memory.
  const std::uint64_t *const dst_off = batch.dst_off;
  const std::uint64_t *const src_off = batch.src_off;
  const std::uint64_t *const sizes = batch.n;
  Byte *const dst = batch.dst;
  const Byte *const src = batch.src;
  const std::size_t count = batch.count;
  const std::size_t d_open = open_below(dst, batch.dst_bytes);
  const std::size_t s_open = open_below(src, batch.src_bytes);
  std::size_t packed = 0; // the place on a side without offsets
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t n = kSame != 0 ? kSame : sizes[i];
    const std::size_t d_at = dst_off != nullptr ? dst_off[i] : packed;
    const std::size_t s_at = src_off != nullptr ? src_off[i] : packed;
    packed += n;
    if constexpr (kFar) {
      const std::size_t next = lesser(i + 8, count - 1);
      __builtin_prefetch(dst + (dst_off != nullptr ? dst_off[next] : packed), 1, 3);
      __builtin_prefetch(src + (src_off != nullptr ? src_off[next] : packed), 0, 3);
    }
    Byte *d = dst + d_at;
    const Byte *s = src + s_at;
    if constexpr (kSame == 64 || kSame == 256) {
      copy_even<kSame>(d, s);
    } else if constexpr (kSame > 256) {
      copy_loop<Wide>(d, s, n);
    } else if (n > Small::kMost) [[unlikely]] {
      copy_above<true>(d, s, n); // inline: a call costs a vzeroupper, too
    } else if (!kOpen && ((d_at >= d_open) | (s_at >= s_open)) != 0) [[unlikely]] {
      PlainSmall::copy(d, s, n);
    } else {
      Small::copy_open(d, s, n);
    }
  }
}

template <class Small, bool kFar> inline void batch_by_size(const Batch &batch) {
  const std::uint64_t same = batch.same_n && batch.count > 0 ? batch.n[0] : 0;
  constexpr std::size_t kAll = ~std::size_t{0};
  if (same == 64) {
    batch_loop<Small, kFar, true, 64>(batch);
  } else if (same == 256) {
    batch_loop<Small, kFar, true, 256>(batch);
  } else if (same == 4096) {
    batch_loop<Small, kFar, true, 4096>(batch);
  } else if (open_below(batch.dst, batch.dst_bytes) == kAll &&
             open_below(batch.src, batch.src_bytes) == kAll) {
    batch_loop<Small, kFar, true, 0>(batch);
  } else {
    batch_loop<Small, kFar, false, 0>(batch);
  }
}

template <class Small> void batch_entry(const Batch &batch) {
  if (batch.far) {
    batch_by_size<Small, true>(batch);
  } else {
    batch_by_size<Small, false>(batch);
  }
}
