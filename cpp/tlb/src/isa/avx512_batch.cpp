// AVX-512 F, BW, VL: 8 addresses at a time. Entries are loaded one by one into lanes and
// transposed, since gathers of Zen 4 and 5 are microcoded; `gathering` has the other way.
// Budget of 8 packed entries on 8 pages (objdump, GCC 12): 64 instructions, 8 of them a load each,
// 16 ALU operations for the sets, 8 shuffles; by 0.1 ns an address less than sets in a vector.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels.hpp"

namespace vmperf::tlb::avx512_batch {
namespace {

#include "one.inl"

using Reg = __m512i;

inline Reg all(std::uint64_t word) {
  return _mm512_set1_epi64(static_cast<long long>(word));
}

inline Reg sets_of(const BatchView &view, const std::uint64_t *va) {
  const Reg vpn = _mm512_srli_epi64(_mm512_loadu_si512(va), kPageShift);
  const Reg folded = _mm512_srl_epi64(vpn, _mm_cvtsi64_si128(view.fold));
  return _mm512_and_si512(_mm512_xor_si512(vpn, folded), all(view.set_mask));
}

// The sets of 8 addresses, two scalar instructions each: extracted from a vector, they would take
// the ports that transpose. With folding that is the lesser evil.
template <bool kFolds>
inline void find_sets(const BatchView &view, const std::uint64_t *va, std::uint64_t *sets) {
  if constexpr (kFolds) {
    _mm512_storeu_si512(sets, sets_of(view, va));
  } else {
    const std::uint64_t mask = view.set_mask;
    for (std::size_t i = 0; i < kLanes; ++i) {
      sets[i] = (va[i] >> kPageShift) & mask;
    }
  }
}

// The entries of 8 addresses, each read by one access.
template <bool kFolds> struct LoadedWords {
  static Reg read(const BatchView &view, const std::uint64_t *va) {
    std::uint64_t at[kLanes]; // NOLINT(modernize-avoid-c-arrays)
    find_sets<kFolds>(view, va, at);
    const auto *cells = static_cast<const double *>(view.cells);
    const auto pair = [&](std::size_t i) {
      return _mm_castpd_si128(_mm_loadh_pd(_mm_load_sd(cells + at[i]), cells + at[i + 1]));
    };
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(pair(0)), pair(2), 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(pair(4)), pair(6), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
};
template <bool> struct GatheredWords {
  static Reg read(const BatchView &view, const std::uint64_t *va) {
    return _mm512_i64gather_epi64(sets_of(view, va), view.cells, sizeof(std::uint64_t));
  }
};

struct Found {
  Reg pa;
  unsigned hit;
};

template <class Words> struct PackedEight : Packed {
  explicit PackedEight(const BatchView &view)
      : view_(view), tag_mask_(all(view.tag_mask)), mask_(all(view.mask)), key_(all(view.key)),
        global_(all(view.global_key)), ppn_mask_(all((std::uint64_t{1} << view.ppn_bits) - 1)) {}

  [[nodiscard]] Found find(Reg va, const std::uint64_t *from) const {
    const Reg entries = Words::read(view_, from);
    const Reg shifted = _mm512_slli_epi64(va, 16);
    const Reg x = _mm512_ternarylogic_epi64(entries, shifted, tag_mask_, 0x78); // a ^ (b & c)
    const unsigned own = _mm512_testn_epi64_mask(_mm512_xor_si512(x, key_), mask_);
    const unsigned global = _mm512_testn_epi64_mask(_mm512_xor_si512(x, global_), mask_);
    const unsigned canonical = _mm512_cmpeq_epi64_mask(_mm512_srai_epi64(shifted, 16), va);
    const Reg page = _mm512_slli_epi64(_mm512_and_si512(entries, ppn_mask_), kPageShift);
    const Reg pa = _mm512_ternarylogic_epi64(page, va, all(kOffset), 0xf8); // a | (b & c)
    return {pa, (own | global) & canonical};
  }

private:
  const BatchView &view_;
  Reg tag_mask_, mask_, key_, global_, ppn_mask_;
};

template <bool kFolds> struct WideEight : Wide {
  explicit WideEight(const BatchView &view)
      : view_(view), mask_(all(view.mask)), own_(view.key), global_(view.global_key) {}

  [[nodiscard]] Found find(Reg va, const std::uint64_t *from) const {
    std::uint64_t at[kLanes]; // NOLINT(modernize-avoid-c-arrays)
    find_sets<kFolds>(view_, from, at);
    const Reg even = four(at);
    const Reg odd = four(at + 1);
    const Reg tags = _mm512_unpacklo_epi64(even, odd);
    const Reg data = _mm512_unpackhi_epi64(even, odd);
    const Reg page = _mm512_andnot_si512(all(kOffset), va);
    const Reg x = _mm512_xor_si512(tags, page);
    const Reg own = _mm512_sub_epi64(data, own_.high);
    const unsigned own_hit = hits(x, own, own_);
    const Reg global = _mm512_sub_epi64(data, global_.high);
    const unsigned global_hit = hits(x, global, global_);
    const Reg addend = _mm512_mask_mov_epi64(own, static_cast<__mmask8>(global_hit), global);
    return {_mm512_add_epi64(va, addend), own_hit | global_hit};
  }

private:
  struct Key {
    explicit Key(std::uint64_t key) : low(all(key & kOffset)), high(all(key >> kPageShift)) {}
    Reg low, high;
  };
  [[nodiscard]] unsigned hits(Reg x, Reg data, const Key &key) const {
    const __mmask8 same = _mm512_testn_epi64_mask(_mm512_xor_si512(x, key.low), mask_);
    return _mm512_mask_testn_epi64_mask(same, data, all(kOffset));
  }
  // Every second of the sets.
  [[nodiscard]] Reg four(const std::uint64_t *at) const {
    const auto *cells = static_cast<const __m128i *>(view_.cells);
    const auto one = [&](std::size_t i) { return _mm_load_si128(cells + at[i]); };
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(one(0)), one(2), 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(one(4)), one(6), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }

  const BatchView &view_;
  Reg mask_;
  Key own_, global_;
};

inline void put_misses(Results &results, std::size_t i, Reg pa, unsigned missed) {
  const auto lanes = static_cast<__mmask8>(missed);
  _mm512_storeu_si512(results.pa + i, _mm512_mask_mov_epi64(pa, lanes, all(kMiss)));
  _mm_storel_epi64(reinterpret_cast<__m128i *>(results.fault + i),
                   _mm_maskz_set1_epi8(static_cast<__mmask16>(missed), 1));
  const __m256i numbers = _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
                                           _mm256_set1_epi32(static_cast<int>(results.first + i)));
  // A whole store: what lies behind is written later, as no more misses than addresses were seen.
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(results.misses + results.missed),
                      _mm256_maskz_compress_epi32(lanes, numbers));
  results.missed += static_cast<unsigned>(__builtin_popcount(missed));
}

template <class Eight>
std::size_t translate_by(const BatchView &view, const std::uint64_t *va, std::uint64_t *pa,
                         std::uint8_t *fault, std::size_t n, std::uint32_t first,
                         std::uint32_t *misses) {
  const Eight eight(view);
  Results results{pa, fault, misses, first, 0};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Reg eight_va = _mm512_loadu_si512(va + i);
    const Reg differ = _mm512_xor_si512(eight_va, all(va[i]));
    Found found;
    if (_mm512_test_epi64_mask(differ, all(~kOffset)) == 0) {
      const std::uint64_t one = Eight::lookup(view, va[i]);
      found = {_mm512_ternarylogic_epi64(all(one), eight_va, all(kOffset), 0xd8), // c ? b : a
               one == kMiss ? 0U : 0xffU};
    } else {
      found = eight.find(eight_va, va + i);
    }
    if (found.hit == 0xffU) [[likely]] {
      _mm512_storeu_si512(pa + i, found.pa);
      _mm_storel_epi64(reinterpret_cast<__m128i *>(fault + i), _mm_setzero_si128());
    } else {
      put_misses(results, i, found.pa, found.hit ^ 0xffU);
    }
  }
  for (; i < n; ++i) {
    results.put(i, Eight::lookup(view, va[i]));
  }
  return results.missed;
}

template <template <bool> class Eight>
std::size_t translate(const BatchView &view, const std::uint64_t *va, std::uint64_t *pa,
                      std::uint8_t *fault, std::size_t n, std::uint32_t first,
                      std::uint32_t *misses) {
  constexpr unsigned kNoFold = 63;
  return view.fold == kNoFold ? translate_by<Eight<false>>(view, va, pa, fault, n, first, misses)
                              : translate_by<Eight<true>>(view, va, pa, fault, n, first, misses);
}

template <bool kFolds> using LoadedEight = PackedEight<LoadedWords<kFolds>>;
template <bool kFolds> using GatheredEight = PackedEight<GatheredWords<kFolds>>;

std::size_t sweep_packed(void *cells, std::size_t n, SweepWords wanted, SweepWords masks) {
  auto *words = static_cast<std::uint64_t *>(cells);
  const Reg want = all(wanted.first);
  const Reg mask = all(masks.first);
  unsigned emptied = 0;
  for (std::size_t i = 0; i < n; i += kLanes) { // n is a power of two, 32 at least
    const Reg found = _mm512_load_si512(words + i);
    const unsigned same = _mm512_testn_epi64_mask(_mm512_xor_si512(found, want), mask) &
                          _mm512_test_epi64_mask(found, found);
    if (same != 0) {
      _mm512_mask_store_epi64(words + i, static_cast<__mmask8>(same), _mm512_setzero_si512());
      emptied += static_cast<unsigned>(__builtin_popcount(same));
    }
  }
  return emptied;
}

std::size_t sweep_wide(void *cells, std::size_t n, SweepWords wanted, SweepWords masks) {
  constexpr std::size_t kPerReg = 4;
  if (n % kPerReg != 0) {
    return scalar::kernels().sweep_wide(cells, n, wanted, masks);
  }
  auto *words = static_cast<std::uint64_t *>(cells);
  const auto both = [](SweepWords of) {
    return _mm512_broadcast_i32x4(
        _mm_set_epi64x(static_cast<long long>(of.second), static_cast<long long>(of.first)));
  };
  const Reg want = both(wanted);
  const Reg mask = both(masks);
  unsigned emptied = 0;
  for (std::size_t i = 0; i < 2 * n; i += kLanes) {
    const Reg found = _mm512_load_si512(words + i);
    const unsigned same = _mm512_testn_epi64_mask(_mm512_xor_si512(found, want), mask);
    const unsigned tags = same & (same >> 1U) & 0x55U & _mm512_test_epi64_mask(found, found);
    if (tags != 0) { // without permissions an entry is empty: the word of the tag will do
      _mm512_mask_store_epi64(words + i, static_cast<__mmask8>(tags), _mm512_setzero_si512());
      emptied += static_cast<unsigned>(__builtin_popcount(tags));
    }
  }
  return emptied;
}

// The vector says which way; the word itself is read again and compared again, since between the
// two a writer may have been there.
std::uint64_t find8(const void *set, std::uint64_t wanted, std::uint64_t mask) {
  const Reg x = _mm512_xor_si512(_mm512_load_si512(set), all(wanted));
  const unsigned ways = _mm512_testn_epi64_mask(x, all(mask));
  if (ways == 0) {
    return 0;
  }
  const auto *words = static_cast<const std::uint64_t *>(set);
  const std::uint64_t word = __atomic_load_n(&words[__builtin_ctz(ways)], __ATOMIC_ACQUIRE);
  return ((word ^ wanted) & mask) == 0 ? word : 0;
}

void clear(void *cells, std::size_t bytes) {
  auto *pieces = static_cast<char *>(cells);
  for (std::size_t i = 0; i < bytes; i += sizeof(Reg)) {
    _mm512_store_si512(pieces + i, _mm512_setzero_si512());
  }
}

} // namespace

BatchKernels kernels() noexcept {
  return {.name = "avx512",
          .packed = translate<LoadedEight>,
          .wide = translate<WideEight>,
          .sweep_packed = sweep_packed,
          .sweep_wide = sweep_wide,
          .find8 = find8,
          .clear = clear};
}

BatchKernel *gathering() noexcept {
  return translate<GatheredEight>;
}

} // namespace vmperf::tlb::avx512_batch
