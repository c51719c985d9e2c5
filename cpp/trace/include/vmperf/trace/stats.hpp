// What a trace says of a program's memory: how many of each kind, which sizes, how long blocks
// lived, how much was live when, what was freed by another thread. One pass, O(operations), some
// 5 ns each; memory for the live blocks. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

/// Counts by the power of two: bucket 0 holds 0, bucket k what is in [2^(k-1), 2^k).
using Buckets = std::array<std::uint64_t, 65>;

struct Stats {
  std::array<std::uint64_t, kKinds> n_of_kind{};
  Buckets sizes{};                   ///< bytes, of allocations and reallocs
  Buckets lifetimes{};               ///< ns from allocation to free, of blocks that were freed
  std::uint64_t allocated_bytes = 0; ///< a realloc counts what it adds
  std::uint64_t n_never_freed = 0;
  std::uint64_t never_freed_bytes = 0;
  std::uint64_t peak_live_bytes = 0;
  std::uint64_t peak_live_blocks = 0;
  std::uint64_t peak_time_ns = 0; ///< of the bytes
  std::uint64_t duration_ns = 0;
  std::uint64_t n_handed_over = 0; ///< freed by another thread than allocated them
  std::uint64_t handed_over_bytes = 0;
  std::vector<std::uint64_t> ops_of_thread;
  std::vector<std::uint64_t> curve_time_ns;    ///< ends of equal spans of time
  std::vector<std::uint64_t> curve_live_bytes; ///< the most within the span
};

/// InvalidArgumentError where `points` is 0 or over a million.
[[nodiscard]] Stats stats(const AllocationTrace &trace, std::size_t points);

} // namespace vmperf::trace
