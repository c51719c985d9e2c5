// Which instruction-set tier is in use, and forcing one. The best that the CPU has, unless the
// environment variable VMPERF_SIMD (read at first use) or set_simd_level() says otherwise; a level
// that is not there is an error, never replaced in silence. Detection is os::cpu()'s: CPUID and
// XGETBV, so AVX-512 counts only where the system saves its registers. Thread-safe; the level is
// the process's.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "vmperf/memops/kinds.hpp"

namespace vmperf::memops {

/// All there are, slowest first; a build or a CPU has some of them.
inline constexpr std::array kLevels{Level::scalar, Level::sse2, Level::avx2, Level::avx512,
                                    Level::neon};

/// "scalar", "sse2", "avx2", "avx512" or "neon".
[[nodiscard]] VMPERF_MEMOPS_API std::string_view name_of(Level level) noexcept;

/// The level by name; InvalidArgumentError for an unknown one.
[[nodiscard]] VMPERF_MEMOPS_API Level level_named(std::string_view name);

/// The level in use; may raise as ops() does.
[[nodiscard]] VMPERF_MEMOPS_API Level simd_level();

/// All levels that set_simd_level() would take, slowest first.
[[nodiscard]] VMPERF_MEMOPS_API std::vector<Level> available_levels();

/// Makes `level` the one in use and returns the one before. UnsupportedError where the build or the
/// CPU lacks it.
VMPERF_MEMOPS_API Level set_simd_level(Level level);
VMPERF_MEMOPS_API Level set_simd_level(std::string_view name);

} // namespace vmperf::memops
