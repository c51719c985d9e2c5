// Events of any source as columns, one value an event: what importers have. O(1) an event. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

/// Columns of one length; those that may be missing are empty then.
struct Events {
  std::string_view source = "events"; ///< what the header says
  std::span<const std::uint8_t> kind; ///< Kind
  std::span<const std::uint64_t> address;
  std::span<const std::uint64_t> size_bytes;
  std::span<const std::uint64_t> time_ns;       ///< missing: one after the other
  std::span<const std::uint64_t> thread;        ///< missing: one thread
  std::span<const std::uint64_t> old_address;   ///< of realloc; missing: the block stays
  std::span<const std::uint8_t> alignment_log2; ///< missing: 0
};

/// InvalidArgumentError where columns differ in length, a kind is none, time goes backwards or an
/// alignment is over 2^63.
[[nodiscard]] AllocationTrace from_events(const Events &events);

} // namespace vmperf::trace
