// Pages for an allocator: calls that allocate nothing, throw nothing and say how it went. What an
// allocator must not use is Mapping (pages.hpp), whose errors are made of strings. Thread-safe, a
// system call each. Sources: mmap(2) MAP_NORESERVE, madvise(2), mremap(2).
#pragma once

#include <cstddef>

namespace vmperf::os {

/// Readable, writable, zero-filled memory, for which the kernel sets nothing aside; nullptr where
/// it refuses. `alignment` is a power of two, of which one below a page says nothing.
[[nodiscard]] void *map_lazily(std::size_t bytes, std::size_t alignment = 0) noexcept;

void unmap(void *address, std::size_t bytes) noexcept;

/// Drops whole pages now: the next touch reads zeros. False where the kernel refuses.
bool drop_pages(void *address, std::size_t bytes) noexcept;

/// Asks for transparent huge pages; false where the kernel refuses.
bool ask_huge_pages(void *address, std::size_t bytes) noexcept;

/// Grows or shrinks what map_lazily() gave, moved where it must be; nullptr, and nothing done,
/// where the kernel refuses.
[[nodiscard]] void *remap(void *address, std::size_t bytes, std::size_t new_bytes) noexcept;

} // namespace vmperf::os
