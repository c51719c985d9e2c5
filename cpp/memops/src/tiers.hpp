// What the ISA units see of the rest, and the rest of them. No standard header with inline code:
// an ISA unit may not leave a weak symbol, whose body another unit's call could land in.
#pragma once

#include <cstddef>

#include "vmperf/memops/ops.hpp"

namespace vmperf::memops {

namespace detail {
// Read by kernels with relaxed atomic loads, written by thresholds.cpp.
[[gnu::visibility("hidden")]] extern std::size_t stream_copy_bytes;
[[gnu::visibility("hidden")]] extern std::size_t stream_fill_bytes;
} // namespace detail

/// What a tier's table gets from a unit of its own, as CPUs of one tier differ here.
struct Crc32cKernels {
  Ops::Crc32c *crc32c;
  Ops::CopyCrc32c *copy_crc32c;
};

// Each defined in src/isa/<name>.cpp, on its own architecture alone.
namespace scalar {
[[nodiscard]] const Ops *table() noexcept;
}
namespace sse2 {
[[nodiscard]] const Ops *table() noexcept;
}
namespace avx2 {
[[nodiscard]] const Ops *table() noexcept;
}
namespace avx512 {
[[nodiscard]] const Ops *table() noexcept;
}
namespace neon {
[[nodiscard]] const Ops *table() noexcept;
}

namespace scalar_crc32c {
[[nodiscard]] Crc32cKernels crc32c() noexcept;
}
namespace avx2_crc32c {
[[nodiscard]] Crc32cKernels crc32c() noexcept;
}
namespace avx512_crc32c {
[[nodiscard]] Crc32cKernels crc32c() noexcept;
}
namespace neon_crc32c {
[[nodiscard]] Crc32cKernels crc32c() noexcept;
}

} // namespace vmperf::memops
