// What real mode asks of the kernel before there is an allocator. A few system calls each.
#pragma once

#include <vector>

#include "vmperf/numa/allocator.hpp"
#include "vmperf/os/numa.hpp"

namespace vmperf::numa {

[[nodiscard]] os::MemoryPolicy kernel_policy(Policy policy) noexcept;
[[nodiscard]] std::vector<int> numbers_of(const Topology &topology,
                                          const std::vector<std::size_t> &nodes);

/// The decisions of a policy; in real mode only once the kernel has accepted it and its nodes for a
/// page of no other use. Errors as NumaAllocator's.
[[nodiscard]] Decisions decide(const Topology &topology, const NumaOptions &options);

} // namespace vmperf::numa
