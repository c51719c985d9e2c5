// The allocator behind malloc() of this process: the C library's, or one that was put before it by
// LD_PRELOAD. Thread-safe; allocator_path() and allocator_version() are read once, what a library
// says in a call. Sources: malloc_usable_size(3), malloc_trim(3), gnu_get_libc_version(3),
// dladdr(3).
#pragma once

#include <cstddef>
#include <string>

namespace vmperf::os {

/// The bytes that may be used of a block of malloc().
[[nodiscard]] std::size_t usable_bytes(void *block) noexcept;

/// Has the C library give free memory back; nothing where another allocator was put before it.
void trim_allocator() noexcept;

/// The file that malloc() comes from.
[[nodiscard]] const std::string &allocator_path();

/// "glibc 2.36" where it is the C library's own, else the name of the file.
[[nodiscard]] const std::string &allocator_version();

} // namespace vmperf::os
