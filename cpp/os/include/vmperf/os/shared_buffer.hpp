// Files that are mapped shared by code that stands in for malloc: what is stored there outlives any
// death of the process. Nothing here allocates or throws, errno stays as it was, and no descriptor
// stays open. Thread-safe, some system calls each. Sources: open(2) O_EXCL, mmap(2) MAP_SHARED.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::os {

struct Identity {
  std::uint32_t process;
  std::uint32_t parent;
};
[[nodiscard]] Identity identity() noexcept;

enum class Made : unsigned char { made, exists, failed };
/// Makes an empty file, for its owner alone.
[[nodiscard]] Made make_file(const char *path) noexcept;

/// Maps a part of a file shared, which grows to hold it; nullptr where that fails. `offset` is a
/// multiple of 64 KiB, a page of any system.
[[nodiscard]] void *map_shared(const char *path, std::size_t offset, std::size_t bytes) noexcept;

/// A page's size, as page_bytes() says, but for code that has no C++ library.
[[nodiscard]] std::size_t bare_page_bytes() noexcept;

} // namespace vmperf::os
