// The x86-64 baseline.
#include <emmintrin.h>

#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::sse2 {
namespace {

#include "../kernels/words.inl"

#include "../kernels/x86_16.inl"

using Wide = V16;
using Clamp = V16;

#include "../kernels/few.inl"

#include "../kernels/x86_few.inl"

#include "../kernels.inl"

constexpr Ops kTable = make_table<PlainSmall, PlainSmall, PlainFill, PlainScan>(
    Level::sse2, guest_entry<Seen<Atom16>>, nullptr);

} // namespace

const Ops *table() noexcept {
  return &kTable;
}

} // namespace vmperf::memops::sse2
