// The functions of malloc's family for a whole program: libvmperf_alloc.so, by LD_PRELOAD. The same
// functions as the C library's, with its errors: a null pointer and ENOMEM. Pairs of malloc and
// free are the inlined path of Allocator behind the program's call through its linkage table.
// Sources: malloc(3), posix_memalign(3), malloc_usable_size(3), malloc_trim(3), mallinfo2(3).
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "misuse.hpp"
#include "vmperf/alloc/allocator.hpp"
#include "vmperf/os/pages.hpp"

// Found by the program under its own name; everything else of this library is hidden.
#define VMPERF_SEEN extern "C" [[gnu::visibility("default")]]

namespace vmperf::alloc::drop_in {
namespace {

constexpr std::size_t kLeastAlignment = alignof(std::max_align_t);

[[gnu::cold, gnu::noinline]] void *no_memory() noexcept {
  errno = ENOMEM;
  return nullptr;
}

[[gnu::always_inline]] inline void *or_no_memory(void *block) noexcept {
  return block != nullptr ? block : no_memory();
}

void *aligned(std::size_t alignment, std::size_t size) noexcept {
  return process().aligned_allocate(alignment < kLeastAlignment ? kLeastAlignment : alignment,
                                    size);
}

// Out of free(), which so keeps no register.
[[gnu::cold, gnu::noinline]] void free_slowly(void *block, const void *caller) noexcept {
  if (const Misuse misuse = Process::try_deallocate(block); misuse != Misuse::none) {
    die_of(misuse, "free", block, caller);
  }
}

bool is_power_of_two(std::size_t n) noexcept {
  return n != 0 && (n & (n - 1)) == 0;
}

} // namespace
} // namespace vmperf::alloc::drop_in

namespace drop_in = vmperf::alloc::drop_in;
using vmperf::alloc::Misuse;
using vmperf::alloc::process;
using vmperf::alloc::Process;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): not those of stdlib.h
VMPERF_SEEN void *malloc(std::size_t size) noexcept {
  return drop_in::or_no_memory(Process::allocate(size));
}

VMPERF_SEEN void free(void *block) noexcept {
  if (!vmperf::alloc::t_record->fast[0]->push(block)) [[unlikely]] {
    drop_in::free_slowly(block, __builtin_return_address(0));
  }
}

VMPERF_SEEN void *calloc(std::size_t count, std::size_t size) noexcept {
  return drop_in::or_no_memory(process().calloc(count, size));
}

VMPERF_SEEN void *realloc(void *block, std::size_t size) noexcept {
  if (size == 0 && block != nullptr) { // as glibc: a free
    free(block);
    return nullptr;
  }
  Misuse misuse = Misuse::none;
  void *moved = process().try_reallocate(block, size, misuse);
  if (misuse != Misuse::none) [[unlikely]] {
    drop_in::die_of(misuse, "realloc", block, __builtin_return_address(0));
  }
  return drop_in::or_no_memory(moved);
}

VMPERF_SEEN void *reallocarray(void *block, std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  return __builtin_mul_overflow(count, size, &bytes) ? drop_in::no_memory() : realloc(block, bytes);
}

VMPERF_SEEN int posix_memalign(void **to, std::size_t alignment, std::size_t size) noexcept {
  if (!drop_in::is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
    return EINVAL;
  }
  void *block = drop_in::aligned(alignment, size);
  if (block == nullptr) {
    return ENOMEM;
  }
  *to = block;
  return 0;
}

VMPERF_SEEN void *memalign(std::size_t alignment, std::size_t size) noexcept {
  std::size_t rounded = drop_in::kLeastAlignment; // as glibc: up to the next power of two
  while (rounded < alignment && rounded != 0) {
    rounded <<= 1U;
  }
  if (rounded == 0) {
    errno = EINVAL;
    return nullptr;
  }
  return drop_in::or_no_memory(drop_in::aligned(rounded, size));
}

VMPERF_SEEN void *aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (!drop_in::is_power_of_two(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  return drop_in::or_no_memory(drop_in::aligned(alignment, size));
}

VMPERF_SEEN void *valloc(std::size_t size) noexcept {
  return memalign(vmperf::os::page_bytes(), size);
}

VMPERF_SEEN void *pvalloc(std::size_t size) noexcept {
  const std::size_t page = vmperf::os::page_bytes();
  return size > PTRDIFF_MAX
             ? drop_in::no_memory()
             : memalign(page, (size + page - 1) / page * page + (size == 0 ? page : 0));
}

VMPERF_SEEN std::size_t malloc_usable_size(void *block) noexcept {
  return process().usable_size(block);
}

VMPERF_SEEN int malloc_trim(std::size_t /*pad*/) noexcept {
  process().purge();
  return 1;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
