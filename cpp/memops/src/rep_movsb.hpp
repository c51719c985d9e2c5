// The string copy instruction of x86-64, for benchmarks alone: memops never uses it (README.md).
#pragma once

#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

/// Copies by one `rep movsb`; null on other architectures. For ranges that do not overlap.
[[nodiscard]] Ops::Copy *rep_movsb() noexcept;

} // namespace vmperf::memops
