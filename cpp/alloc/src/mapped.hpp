// The page before a block that is a mapping of its own.
#pragma once

#include <cstddef>

namespace vmperf::alloc {

struct Mapped {
  void *start;
  std::size_t mapped_bytes, block_bytes;
  unsigned tag;
  Mapped *next;
};

inline void *block_of(const Mapped *mapped) noexcept {
  return static_cast<std::byte *>(mapped->start) + (mapped->mapped_bytes - mapped->block_bytes);
}

} // namespace vmperf::alloc
