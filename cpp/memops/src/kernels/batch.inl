// Batches. Bounds are checked in a pass of their own, without a branch per element, so the loop of
// copies knows that every arena is mapped throughout: a 64-byte access that starts 64 bytes or more
// before its end needs no page guard.

BatchFacts check_batch(const std::uint64_t *off, const std::uint64_t *n, std::size_t count,
                       std::size_t limit) {
  std::uint64_t bad = 0;
  std::uint64_t unlike = 0;
  const std::uint64_t like = count == 0 ? 0 : n[0];
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t size = n[i];
    bad |= static_cast<std::uint64_t>(size > limit) |
           static_cast<std::uint64_t>(off[i] > limit - size);
    unlike |= size ^ like;
  }
  return {bad != 0, unlike == 0};
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

template <class Small, bool kFar, std::size_t kSame> inline void batch_loop(const Batch &batch) {
  // Copies of the members: a store of bytes could change those in memory.
  const std::uint64_t *const dst_off = batch.dst_off;
  const std::uint64_t *const src_off = batch.src_off;
  const std::uint64_t *const sizes = batch.n;
  Byte *const dst = batch.dst;
  const Byte *const src = batch.src;
  const std::size_t count = batch.count;
  // Offsets below these have 64 bytes before the arena's end.
  const std::size_t d_open = batch.dst_bytes < 64 ? 0 : batch.dst_bytes - 63;
  const std::size_t s_open = batch.src_bytes < 64 ? 0 : batch.src_bytes - 63;
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
    } else if (n > Small::kMost) {
      if (n <= 4 * Wide::kBytes && n >= Wide::kBytes) { // without a call's vzeroupper
        copy_medium<Wide>(d, s, n);
      } else {
        copy_above_call(d, s, n);
      }
    } else if (((d_at >= d_open) | (s_at >= s_open)) != 0) [[unlikely]] {
      PlainSmall::copy(d, s, n);
    } else {
      Small::copy_open(d, s, n);
    }
  }
}

template <class Small, bool kFar> inline void batch_by_size(const Batch &batch) {
  const std::uint64_t same = batch.same_n && batch.count > 0 ? batch.n[0] : 0;
  if (same == 64) {
    batch_loop<Small, kFar, 64>(batch);
  } else if (same == 256) {
    batch_loop<Small, kFar, 256>(batch);
  } else if (same == 4096) {
    batch_loop<Small, kFar, 4096>(batch);
  } else {
    batch_loop<Small, kFar, 0>(batch);
  }
}

template <class Small> void batch_entry(const Batch &batch) {
  if (batch.far) {
    batch_by_size<Small, true>(batch);
  } else {
    batch_by_size<Small, false>(batch);
  }
}
