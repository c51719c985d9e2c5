// The allocator that does nothing: the next bytes of a small ring, whoever holds them. What a
// row of it shows is the loop, the indirect calls and the tables around an allocator. A ring for
// each thread, up to 64 of them, in a cache of the CPU; a block larger than it lies in memory of
// its own.
#include <atomic>
#include <cstddef>

#include "vmperf/alloc/api.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kRingBytes = std::size_t{64} << 10U;
constexpr std::size_t kRings = 64;
constexpr std::size_t kLargeBytes = std::size_t{1} << 30U;

struct Memory {
  os::Mapping rings{kRingBytes * kRings};
  os::Mapping large{kLargeBytes};
};

Memory *memory = nullptr; // made when it is opened

struct Ring {
  std::byte *begin = nullptr;
  std::size_t at = kRingBytes; // full: the first call takes the slow path
};

// One load from the thread pointer, as the allocators beside it have.
[[gnu::tls_model("initial-exec")]] constinit thread_local Ring ring;

[[gnu::noinline, gnu::cold]] void *start_anew(std::size_t rounded) noexcept {
  static std::atomic<std::size_t> n_threads{0};
  if (rounded > kRingBytes) {
    return rounded <= kLargeBytes ? memory->large.data() : nullptr;
  }
  if (ring.begin == nullptr) {
    const std::size_t number = n_threads.fetch_add(1, std::memory_order_relaxed) % kRings;
    ring.begin = memory->rings.data() + number * kRingBytes;
  }
  ring.at = rounded;
  return ring.begin;
}

void *null_malloc(std::size_t size) noexcept {
  const std::size_t rounded = (size + 15) & ~std::size_t{15};
  const std::size_t at = ring.at;
  if (rounded > kRingBytes - at) [[unlikely]] {
    return start_anew(rounded);
  }
  ring.at = at + rounded;
  return ring.begin + at;
}

void null_free(void * /*block*/) noexcept {}
void *null_calloc(std::size_t count, std::size_t size) noexcept {
  return null_malloc(count * size);
}
void *null_realloc(void * /*block*/, std::size_t size) noexcept {
  return null_malloc(size);
}
void *null_aligned(std::size_t /*alignment*/, std::size_t size) noexcept {
  return null_malloc(size);
}

FoundFace open_null(const std::string & /*name*/) {
  static Memory kept;
  memory = &kept;
  return {.face = {.malloc = null_malloc,
                   .free = null_free,
                   .calloc = null_calloc,
                   .realloc = null_realloc,
                   .aligned_alloc = null_aligned},
          .reason = {}};
}

} // namespace

void declare_designs_null(bench::Registry &registry) {
  add_alloc_design(registry, {.name = "null_allocator",
                              .summary = "allocates nothing: the next bytes of a ring that others "
                                         "hold, too. What the harness itself costs",
                              .null = true,
                              .open = open_null})
      .place(3);
}

} // namespace vmperf::alloc
