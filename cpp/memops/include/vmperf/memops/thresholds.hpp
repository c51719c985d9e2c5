// From which size on copies and fills with Hint::automatic go past the caches. Until they are
// measured or set: 24 MiB. The size that CPUID tells is no help in a virtual machine, where it is
// the host's cache and a share of it is ours, so calibrate() times both ways on data that is as hot
// as its size allows, and the threshold is where going past the caches stops to lose.
// Reading and setting: O(1), thread-safe, no lock. calibrate(): at most about 100 ms and 64 MiB;
// copies of other threads go on meanwhile. Nothing is stored on disk here.
#pragma once

#include <cstddef>

#include "vmperf/memops/kinds.hpp"

namespace vmperf::memops {

struct Thresholds {
  std::size_t stream_copy_bytes; ///< of a copy, source or destination alone
  std::size_t stream_fill_bytes;
  bool measured; ///< by calibrate(), not assumed
};

[[nodiscard]] VMPERF_MEMOPS_API Thresholds thresholds() noexcept;

/// InvalidArgumentError for a size below 4096. A size that is never reached turns streaming off.
VMPERF_MEMOPS_API void set_thresholds(const Thresholds &values);

/// Measures, sets and returns them, for the level in use. CapacityError or OsError where there is
/// no memory for it; then nothing is set.
VMPERF_MEMOPS_API Thresholds calibrate();

} // namespace vmperf::memops
