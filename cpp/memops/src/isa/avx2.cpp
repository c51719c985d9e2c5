// 32-byte vectors; small copies by 16-byte ones, which beat a ladder of widths.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::avx2 {
namespace {

#include "../kernels/words.inl"

#include "../kernels/x86_16.inl"

#include "../kernels/x86_32.inl"

using Wide = V32;
using Clamp = V16;

#include "../kernels/few.inl"

#include "../kernels/x86_few.inl"

#include "../kernels.inl"

constexpr Ops kTable = make_table<PlainSmall, PlainSmall, PlainFill, PlainScan>(
    Level::avx2, guest_entry<Seen<Atom16>>, guest_entry<Seen<Atom32>>);

} // namespace

const Ops *table() noexcept {
  return &kTable;
}

} // namespace vmperf::memops::avx2
