// Which kernel a layout has, and how it sees a table of it. O(1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/batch.hpp"
#include "vmperf/tlb/entry_packed.hpp"
#include "vmperf/tlb/entry_private.hpp"
#include "vmperf/tlb/entry_wide.hpp"
#include "vmperf/tlb/region_marks.hpp"

namespace vmperf::tlb {

inline constexpr std::size_t kBatchBlock = 256; ///< addresses between two looks at the epoch

namespace detail {

/// UnsupportedError where this CPU cannot read wide entries at once.
void require_atomic_wide();

template <class Entry> void require_layout() {}
template <> inline void require_layout<WideEntry>() {
  require_atomic_wide();
}

enum class Layout : std::uint8_t { packed, wide, other };
template <class Entry> inline constexpr Layout kLayout = Layout::other;
template <unsigned kPpnBits>
inline constexpr Layout kLayout<PackedEntry<kPpnBits>> = Layout::packed;
template <> inline constexpr Layout kLayout<WideEntry> = Layout::wide;
template <> inline constexpr Layout kLayout<PrivateEntry> = Layout::wide;

template <class Entry> inline constexpr bool kHasKernel = kLayout<Entry> != Layout::other;

template <class Entry> BatchKernel *kernel_of(const BatchKernels &kernels) noexcept {
  return kLayout<Entry> == Layout::packed ? kernels.packed : kernels.wide;
}

/// Empties the cells among n that hold a page of va's 2 MiB under a key. They are as many as there
/// are such pages, or the whole table. Returns how many they were.
template <class Entry>
std::size_t sweep(const BatchKernels &kernels, const typename Entry::Codec &codec, void *cells,
                  std::size_t n, std::uint64_t va, std::uint64_t key) noexcept {
  constexpr std::uint64_t kRegion = ~((std::uint64_t{1} << RegionMarks::kRegionShift) - 1);
  if constexpr (kLayout<Entry> == Layout::packed) {
    const auto [wanted, mask] = codec.sweep_of(va & kRegion, kRegion, key);
    return kernels.sweep_packed(cells, n, {wanted, 0}, {mask, 0});
  } else {
    static_cast<void>(codec);
    return kernels.sweep_wide(
        cells, n, {(va & kRegion) | (key & kOffsetMask & ~WideCodec::kPerms), key >> kPageShift},
        {kRegion | (kOffsetMask & ~WideCodec::kPerms), kOffsetMask});
  }
}

inline constexpr unsigned kNoFold = 63;
inline unsigned fold_of(const ModIndex & /*index*/) noexcept {
  return kNoFold;
}
inline unsigned fold_of(const XorIndex &index) noexcept {
  return index.bits;
}

template <class Entry, Access kAccess, class Index>
BatchView view_of(const typename Entry::Codec &codec, const Index &index,
                  const void *cells) noexcept {
  BatchView view{.cells = cells,
                 .set_mask = index.mask,
                 .fold = fold_of(index),
                 .tag_mask = 0,
                 .mask = 0,
                 .key = 0,
                 .global_key = 0,
                 .ppn_bits = 0};
  if constexpr (kLayout<Entry> == Layout::packed) {
    view.tag_mask = codec.tag_mask;
    view.mask = Entry::template kMask<kAccess>;
    view.ppn_bits = Entry::kPermShift;
  } else {
    static_cast<void>(codec);
    view.mask = WideCodec::kMask<kAccess>;
  }
  return view;
}

} // namespace detail
} // namespace vmperf::tlb
