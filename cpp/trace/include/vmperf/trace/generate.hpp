// Traces from distributions: what size, how long a block lives, how many live, which thread frees.
// Time of life is counted in allocations, so that its mean is the number of live blocks (Little's
// law); all randomness is the seed's.
//   fixed        first in, first out: a queue of `live` blocks
//   exponential  no memory: each live block is as likely to be the next
//   bimodal      nine of ten live a tenth as long as the mean, the tenth makes up for it
//   stack        phases: up to 2 x live are allocated, then freed, the last one first
// O(log live) an operation. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

enum class Lifetimes : std::uint8_t { fixed, exponential, bimodal, stack };

struct GenerateOptions {
  std::uint64_t n_allocations = 100'000;
  std::uint64_t least_bytes = 8;    ///< sizes are log-uniform from here ...
  std::uint64_t most_bytes = 256;   ///< ... to here
  std::vector<std::uint64_t> sizes; ///< where not empty, each as likely
  Lifetimes lifetimes = Lifetimes::exponential;
  std::uint64_t live = 1000;  ///< blocks on average
  std::uint32_t threads = 1;  ///< each allocates every so many-th
  double handed_over = 0;     ///< share of blocks that another thread frees
  double realloc = 0;         ///< share of allocations that are followed by a realloc to 1.5 times
  std::uint64_t gap_ns = 100; ///< between operations
  std::uint64_t seed = 0;
};

/// All blocks are freed at the end. InvalidArgumentError for what is out of range.
[[nodiscard]] AllocationTrace generate(const GenerateOptions &options);

} // namespace vmperf::trace
