// Many copies in one call: one dispatch, sizes and bounds checked for all elements before the first
// byte moves. Element i copies n[i] bytes from src + src_off[i] to dst + dst_off[i], in index
// order; an element may read what one before it wrote. Numbers may lie in dst, or be written to by
// another thread: each is tested once more in the copy it is used from, so that no byte outside the
// buffers is touched; one that turned bad is BadElementError, with those before it copied.
// O(count + bytes); thread-safe. Within an arena the spare bytes of a masked access are mapped, so
// only elements in its last 64 bytes need a guard, and none where its last page goes on as long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

/// An element that does not fit; nothing was copied, unless the numbers changed during the call.
struct BadElementError : InvalidArgumentError {
  std::size_t index; ///< the first bad one

  BadElementError(std::string argument_name, std::size_t bad_index, std::string given,
                  std::string allowed_values)
      : InvalidArgumentError(std::move(argument_name), std::move(given), std::move(allowed_values)),
        index(bad_index) {}
};

using Offsets = std::span<const std::uint64_t>;

/// InvalidArgumentError where the three spans differ in length; BadElementError for an element out
/// of bounds, which names the first; CapacityError where numbers in dst cannot be kept apart.
VMPERF_MEMOPS_API void copy_batch(std::span<std::byte> dst, std::span<const std::byte> src,
                                  Offsets dst_off, Offsets src_off, Offsets n,
                                  Policy policy = Policy::throughput);

/// Packs pieces of src into dst, one after the other; returns the bytes written. dst may be larger
/// than needed; the ranges must not overlap. Errors as copy_batch(); where dst is too small,
/// BadElementError names the first element that does not fit.
VMPERF_MEMOPS_API std::size_t gather(std::span<std::byte> dst, std::span<const std::byte> src,
                                     Offsets src_off, Offsets n,
                                     Policy policy = Policy::throughput);

/// The reverse: pieces of src, packed, to their places in dst; returns the bytes read.
VMPERF_MEMOPS_API std::size_t scatter(std::span<std::byte> dst, std::span<const std::byte> src,
                                      Offsets dst_off, Offsets n,
                                      Policy policy = Policy::throughput);

} // namespace vmperf::memops
