// The allocator that the recorder stands before: the next one in the loader's order, the C
// library's as a rule. Looked up at the first call, in whose midst the loader itself may allocate:
// that comes from a small arena whose blocks are never recorded and never given back.
#pragma once

#include <cstddef>

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

/// Those of the next allocator; nullptr members while they are looked up.
[[nodiscard]] const Functions &next() noexcept;

/// A block of the small arena, zeroed; nullptr where it is full.
[[nodiscard]] void *early_allocate(std::size_t bytes, std::size_t alignment) noexcept;
[[nodiscard]] bool is_early(const void *block) noexcept;
/// What was asked for.
[[nodiscard]] std::size_t early_size(const void *block) noexcept;

} // namespace vmperf::trace
