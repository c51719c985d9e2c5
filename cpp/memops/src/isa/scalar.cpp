// The tier for any CPU: 8-byte words. It has no store past the caches, so a stream is temporal.
#include <cstddef>
#include <cstdint>

#include "../tiers.hpp"

namespace vmperf::memops::scalar {
namespace {

#include "../kernels/words.inl"

using Wide = V8;
using Clamp = V8;

inline void stream_fence() {}

#include "../kernels/few.inl"

using Few = LadderFew;

#include "../kernels.inl"

constexpr Ops kTable =
    make_table<PlainSmall, PlainSmall, PlainFill, PlainScan>(Level::scalar, nullptr, nullptr);

} // namespace

const Ops *table() noexcept {
  return &kTable;
}

} // namespace vmperf::memops::scalar
