// The allocator that the recorder stands before: the next one in the loader's order, the C
// library's as a rule. Looked up at the first call, in whose midst the loader itself may allocate:
// that comes from a small arena whose blocks are never recorded and never given back.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vmperf::trace {

struct Functions {
  void *(*malloc)(std::size_t);
  void *(*calloc)(std::size_t, std::size_t);
  void *(*realloc)(void *, std::size_t);
  void (*free)(void *);
  void *(*aligned_alloc)(std::size_t, std::size_t);
  int (*posix_memalign)(void **, std::size_t, std::size_t);
  void *(*memalign)(std::size_t, std::size_t);
};

inline constexpr std::size_t kEarlyBytes = 65536;
struct Early {
  alignas(64) std::array<std::byte, kEarlyBytes> bytes{};
  std::atomic<std::size_t> used = 0;
};
extern constinit Early g_early;
extern constinit std::atomic<const Functions *> g_found;

/// At the first call: looks them up.
[[nodiscard]] const Functions &look_up() noexcept;

/// Those of the next allocator; nullptr members while they are looked up.
[[nodiscard, gnu::always_inline]] inline const Functions &next() noexcept {
  const Functions *found = g_found.load(std::memory_order_acquire);
  return found != nullptr ? *found : look_up();
}

/// A block of the small arena, zeroed; nullptr where it is full.
[[nodiscard]] void *early_allocate(std::size_t bytes, std::size_t alignment) noexcept;
[[nodiscard, gnu::always_inline]] inline bool is_early(const void *block) noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(block);
  return at - reinterpret_cast<std::uintptr_t>(g_early.bytes.data()) < kEarlyBytes;
}
/// What was asked for.
[[nodiscard]] std::size_t early_size(const void *block) noexcept;

} // namespace vmperf::trace
