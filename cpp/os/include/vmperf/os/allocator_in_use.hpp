// Which malloc this process has, and what the environment tells it: asked of the loader, as the
// program's own calls are bound; and what the C library's header has beside malloc. Allocates
// nothing; tens of microseconds; safe from any thread while nobody changes the environment. A
// version is what the library itself says, else none. Sources: dlsym(3) RTLD_DEFAULT, dladdr(3),
// mimalloc.h mi_version, jemalloc(3) "version", gperftools tcmalloc.h tc_version,
// gnu_get_libc_version(3), malloc_usable_size(3), malloc_trim(3).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace vmperf::os {

struct AllocatorInUse {
  std::string_view name;           ///< libc, vmperf, mimalloc, jemalloc, tcmalloc, or unknown
  std::array<char, 64> version{};  ///< empty where the library does not say
  std::array<char, 512> library{}; ///< path of the file that malloc is in
};

[[nodiscard]] AllocatorInUse allocator_in_use() noexcept;

/// The bytes that may be used of a block of malloc().
[[nodiscard]] std::size_t usable_bytes(void *block) noexcept;

/// Has the C library give free memory back; nothing where another allocator was put before it.
void trim_allocator() noexcept;

/// Entry by entry ("NAME=value") what in the environment allocators and the loader read; `state` is
/// handed on.
void each_allocator_setting(void (*visit)(std::string_view entry, void *state),
                            void *state) noexcept;

} // namespace vmperf::os
