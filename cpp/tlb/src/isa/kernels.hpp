// What the units for instruction sets export. No standard header with inline code: a unit may not
// leave a weak symbol, whose body another unit's call could land in.
#pragma once

#include "vmperf/tlb/batch.hpp"

namespace vmperf::tlb {

namespace scalar {
[[nodiscard]] BatchKernels kernels() noexcept;
}
namespace avx512_batch {
[[nodiscard]] BatchKernels kernels() noexcept;
[[nodiscard]] BatchKernel *
gathering() noexcept; ///< of packed words: two gathers of a wide entry could tear
} // namespace avx512_batch

} // namespace vmperf::tlb
