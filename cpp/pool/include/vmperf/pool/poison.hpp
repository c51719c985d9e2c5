// Tells AddressSanitizer which slots are free, so that a use after deallocate() is reported as one.
// Nothing at all in other builds. O(bytes / 8) where it does something.
// Source: LLVM, compiler-rt/include/sanitizer/asan_interface.h.
#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#define VMPERF_POOL_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VMPERF_POOL_POISONS 1
#endif
#endif

#ifdef VMPERF_POOL_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace vmperf::pool {

inline void poison([[maybe_unused]] const void *p, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef VMPERF_POOL_POISONS
  __asan_poison_memory_region(p, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const void *p, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef VMPERF_POOL_POISONS
  __asan_unpoison_memory_region(p, bytes);
#endif
}

} // namespace vmperf::pool
