// The allocator that does nothing: an address that follows from the size alone.
#include <atomic>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kSpread = std::size_t{128} << 10U; // blocks begin within so much

std::byte *memory = nullptr;

// Some spread, so that touching does not wait for one line alone.
void *null_malloc(std::size_t size) noexcept {
  return memory + ((size * 0x9e37'79b1U) & (kSpread - 16));
}
void null_free(void *block) noexcept {
  bench::sink(block);
}
void *null_calloc(std::size_t count, std::size_t size) noexcept {
  return null_malloc(count * size);
}
void *null_realloc(void *block, std::size_t size) noexcept {
  bench::sink(block);
  return null_malloc(size);
}
void *null_aligned(std::size_t alignment, std::size_t size) noexcept {
  static_cast<void>(size);
  return memory + ((alignment - reinterpret_cast<std::uintptr_t>(memory)) & (alignment - 1));
}

} // namespace

Face null_face(std::size_t largest_bytes) {
  static os::Mapping mapping;
  if (mapping.size_bytes() < largest_bytes + kSpread) {
    mapping = os::Mapping(largest_bytes + kSpread);
  }
  memory = mapping.data();
  return {.malloc = null_malloc,
          .free = null_free,
          .calloc = null_calloc,
          .realloc = null_realloc,
          .aligned_alloc = null_aligned,
          .name = "null",
          .version = {},
          .path = {}};
}

} // namespace vmperf::alloc
