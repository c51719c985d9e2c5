// What the units for instruction sets export. No standard header with inline code: a unit may not
// leave a weak symbol, whose body another unit's call could land in.
#pragma once

#include "vmperf/tlb/batch.hpp"

namespace vmperf::tlb {

namespace scalar {
[[nodiscard]] BatchKernels kernels() noexcept;
}
namespace avx512 {
[[nodiscard]] BatchKernels kernels() noexcept;
[[nodiscard]] BatchKernels gathering() noexcept;
} // namespace avx512

} // namespace vmperf::tlb
