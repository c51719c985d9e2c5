// What the fast path of guest memory reads: slots, each with the bounds of one region. A slot holds
// whole bounds and not a chunk's share of them, so one unsigned compare decides about any access:
//
//   gpa ──> slots[(gpa >> shift) & mask]      { start, size_bytes, host, dirty }   32 bytes
//                    offset = gpa - start;    offset <= size_bytes - n ?  host + offset
//
// A wrong slot (a hole, another chunk of the same slot, an overflow) fails the compare and takes
// the slow path; it never gives a wrong address. A slot without a region has the start of another
// slot, which no address that comes here is near, and a size of 8, so that no subtraction wraps.
// Budget of a read on x86-64: 14 instructions, of them 6 loads (table, mask, shift, three words of
// the slot) and that of the data, and one branch. A write has 3 more where pages are not marked.
// O(1); read-only after construction. Source: the chunked host windows of emulators; vm-memory
// issue 100 (what a search per access costs).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "vmperf/guestmem/region.hpp"

namespace vmperf::guestmem {

/// What a guest loads and stores at once.
template <class T>
concept Scalar = (std::is_arithmetic_v<T> || std::is_enum_v<T>) && sizeof(T) <= 8;

struct alignas(32) Slot {
  std::uint64_t start;
  std::uint64_t size_bytes;
  std::byte *host;     ///< of the byte at start
  std::uint8_t *dirty; ///< of the page at start: one byte a page
};

namespace detail {

// A naturally aligned scalar is one access of the machine: memcpy of a constant size is one move.
// ThreadSanitizer sees through no memcpy, so there the same is said by relaxed atomics.
#if defined(__SANITIZE_THREAD__)
#define VMPERF_GUESTMEM_ATOMIC 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VMPERF_GUESTMEM_ATOMIC 1
#endif
#endif
#ifndef VMPERF_GUESTMEM_ATOMIC
#define VMPERF_GUESTMEM_ATOMIC 0
#endif

template <class T> [[nodiscard]] bool is_aligned(const std::byte *at) noexcept {
  return reinterpret_cast<std::uintptr_t>(at) % sizeof(T) == 0;
}

template <class T> [[nodiscard, gnu::always_inline]] inline T load(const std::byte *at) noexcept {
  T value;
  if (VMPERF_GUESTMEM_ATOMIC != 0 && is_aligned<T>(at)) {
    __atomic_load(reinterpret_cast<const T *>(at), &value, __ATOMIC_RELAXED);
  } else {
    __builtin_memcpy(&value, at, sizeof(T));
  }
  return value;
}

template <class T> [[gnu::always_inline]] inline void store(std::byte *at, T value) noexcept {
  if (VMPERF_GUESTMEM_ATOMIC != 0 && is_aligned<T>(at)) {
    __atomic_store(reinterpret_cast<T *>(at), &value, __ATOMIC_RELAXED);
  } else {
    __builtin_memcpy(at, &value, sizeof(T));
  }
}

/// After the data: who takes the mark away sees what was written before it. Never tested before it
/// is set: that load could pass the store of the data and see a mark that a harvest is taking.
[[gnu::always_inline]] inline void mark(std::uint8_t *page) noexcept {
  std::atomic_ref(*page).store(1, std::memory_order_release);
}

/// The one or two pages that a scalar `offset` bytes into a region lies in.
template <class T>
[[gnu::always_inline]] inline void mark_scalar(std::uint8_t *dirty, std::uint64_t offset) noexcept {
  std::uint8_t *const page = dirty + (offset >> kPageShift);
  mark(page);
  if (sizeof(T) > 1 && offset % kPageBytes > kPageBytes - sizeof(T)) [[unlikely]] {
    mark(page + 1);
  }
}

} // namespace detail
} // namespace vmperf::guestmem
