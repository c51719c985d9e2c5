// Which kernel a layout has, and how it sees a table of it. O(1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/batch.hpp"
#include "vmperf/tlb/entry_packed.hpp"
#include "vmperf/tlb/entry_private.hpp"
#include "vmperf/tlb/entry_wide.hpp"

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

template <class Entry> BatchKernel *kernel_of() noexcept {
  return kLayout<Entry> == Layout::packed ? batch_kernels().packed : batch_kernels().wide;
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
