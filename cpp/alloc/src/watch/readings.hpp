// What an allocator says of itself, in the program that it serves: each by its own statistics call,
// found by name in what is loaded. Allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

namespace vmperf::alloc::watch {

inline constexpr std::int64_t kUnknown = -1;

struct Reading {
  std::int64_t live_bytes = kUnknown; ///< in blocks that the program has
  std::int64_t held_bytes = kUnknown; ///< of memory that the allocator has, live or not
};

struct Reader {
  Reading (*read)() noexcept;
  const char *live_is; ///< how far to believe it, in words; or why it is unknown
  const char *held_is;
};

/// That of the allocator of this name (os::allocator_in_use()), or one that knows nothing.
[[nodiscard]] Reader reader_of(std::string_view allocator) noexcept;

} // namespace vmperf::alloc::watch
