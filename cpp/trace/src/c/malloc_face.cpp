// The malloc face of libvmperf_trace.so: each call goes to the next allocator and is recorded. An
// allocation is stamped after the call and a free before it, so that in the order of time no
// address is taken before it was given back. A realloc does both and is one operation of a trace.
// Calls that failed are not recorded. operator new and delete of C++ come here by malloc and free.
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "functions.hpp"
#include "recorder.hpp"
#include "vmperf/os/shared_buffer.hpp"
#include "vmperf/os/tick.hpp"

#define VMPERF_EXPORT extern "C" [[gnu::visibility("default")]]

namespace {

using namespace vmperf::trace; // NOLINT(google-build-using-namespace)
using vmperf::os::read_ticks;

// `aligned` keeps its alignment in the low bits of the size; no block is as large as that.
void *record_aligned(void *block, std::size_t alignment, std::size_t size) noexcept {
  if (block != nullptr) {
    const auto log2 = static_cast<unsigned>(std::countr_zero(alignment));
    record<Event::aligned>(read_ticks(), block, std::uint64_t{size} << 6U | (log2 & 63U));
  }
  return block;
}

void *out_of_memory() noexcept {
  errno = ENOMEM;
  return nullptr;
}

// Of a block of the early arena: a new one of the real allocator.
void *leave_early(void *block, std::size_t size) noexcept {
  const std::size_t old = early_size(block);
  void *fresh = next().malloc != nullptr ? next().malloc(size) : early_allocate(size, 16);
  if (fresh != nullptr) {
    std::memcpy(fresh, block, old < size ? old : size);
    if (!is_early(fresh)) {
      record<Event::malloc>(read_ticks(), fresh, size);
    }
  }
  return fresh;
}

void *move(void *block, std::size_t size) noexcept {
  record<Event::release>(read_ticks(), block);
  void *now = next().realloc(block, size);
  if (now != nullptr) [[likely]] {
    record<Event::renew>(read_ticks(), now, size);
  } else {
    record<Event::keep>(read_ticks(), block);
  }
  return now;
}

} // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): those of the C library
VMPERF_EXPORT void *malloc(std::size_t size) {
  const Functions &real = next();
  if (real.malloc == nullptr) [[unlikely]] {
    return early_allocate(size, 16);
  }
  void *block = real.malloc(size);
  if (block != nullptr) [[likely]] {
    record<Event::malloc>(read_ticks(), block, size);
  }
  return block;
}

VMPERF_EXPORT void free(void *block) {
  if (block == nullptr || is_early(block)) {
    return;
  }
  record<Event::free>(read_ticks(), block);
  next().free(block);
}

VMPERF_EXPORT void *calloc(std::size_t count, std::size_t size) {
  const Functions &real = next();
  if (real.calloc == nullptr) [[unlikely]] {
    std::size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? nullptr : early_allocate(bytes, 16);
  }
  void *block = real.calloc(count, size);
  if (block != nullptr) [[likely]] {
    record<Event::calloc>(read_ticks(), block, count * size);
  }
  return block;
}

VMPERF_EXPORT void *realloc(void *block, std::size_t size) {
  if (block == nullptr) {
    return malloc(size);
  }
  if (is_early(block)) [[unlikely]] {
    return leave_early(block, size);
  }
  if (size != 0) [[likely]] {
    return move(block, size);
  }
  record<Event::free>(read_ticks(), block); // what it is in the C library
  void *now = next().realloc(block, 0);
  if (now != nullptr) {
    record<Event::malloc>(read_ticks(), now, 0);
  }
  return now;
}

VMPERF_EXPORT void *reallocarray(void *block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(count, size, &bytes) ? out_of_memory() : realloc(block, bytes);
}

VMPERF_EXPORT void *aligned_alloc(std::size_t alignment, std::size_t size) {
  const Functions &real = next();
  if (real.aligned_alloc == nullptr) [[unlikely]] {
    return early_allocate(size, alignment);
  }
  return record_aligned(real.aligned_alloc(alignment, size), alignment, size);
}

VMPERF_EXPORT int posix_memalign(void **block, std::size_t alignment, std::size_t size) {
  const Functions &real = next();
  if (real.posix_memalign == nullptr) [[unlikely]] {
    *block = early_allocate(size, alignment);
    return *block == nullptr ? ENOMEM : 0;
  }
  const int failed = real.posix_memalign(block, alignment, size);
  if (failed == 0) {
    record_aligned(*block, alignment, size);
  }
  return failed;
}

VMPERF_EXPORT void *memalign(std::size_t alignment, std::size_t size) {
  const Functions &real = next();
  if (real.memalign == nullptr) [[unlikely]] {
    return aligned_alloc(alignment, size);
  }
  return record_aligned(real.memalign(alignment, size), alignment, size);
}

VMPERF_EXPORT void *valloc(std::size_t size) {
  return memalign(vmperf::os::bare_page_bytes(), size);
}

VMPERF_EXPORT void *pvalloc(std::size_t size) {
  const std::size_t page = vmperf::os::bare_page_bytes();
  const std::size_t whole = (size + page - 1) & ~(page - 1);
  return whole < size ? out_of_memory() : memalign(page, whole == 0 ? page : whole);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
