// An entry of 16 bytes, for any VA and PA of 64 bits:
//
//           63                 12 11       3  0
//   tag    [        VPN          | id 8..0 | wxr ]
//   data   [  PA page - VA page  |   id 20..9    ]      pa = va + data - id 20..9
//
// Both words are read by one aligned 16-byte vector load and written by one store, which no reader
// sees half of: x86-64 with AVX (Intel SDM vol. 3A 9.1.1; AMD APM vol. 2 7.3.2), AArch64 with LSE2.
// wide_is_atomic() tells; elsewhere SeqlockEntry has the same contents. An empty entry permits
// nothing. Some 16 instructions; readers wait-free, a writer stores once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/context.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

/// Whether this CPU reads and writes 16 aligned bytes at once.
[[nodiscard]] bool wide_is_atomic() noexcept;

namespace detail {
/// Orders accesses that are no atomics; ThreadSanitizer, which knows no fences, does without.
[[gnu::always_inline]] inline void fence([[maybe_unused]] std::memory_order order) noexcept {
#ifndef __SANITIZE_THREAD__
  std::atomic_thread_fence(order);
#endif
}
} // namespace detail

struct WideValue {
  std::uint64_t tag, data;
};

/// The contents, whatever way they are read and written.
struct WideCodec {
  static constexpr std::uint64_t kPerms = 7;
  static constexpr ContextCoding coding(unsigned /*k*/) noexcept {
    return {.bits = 21, .shift = 3, .ones = kPerms};
  }

  template <Access kAccess>
  // NOLINTNEXTLINE(modernize-avoid-c-style-cast): there is none
  static constexpr std::uint64_t kMask = ~(kPerms ^ static_cast<std::uint64_t>(perm_of(kAccess)));

  constexpr explicit WideCodec(unsigned /*k*/) noexcept {}

  template <Access kAccess>
  [[nodiscard, gnu::always_inline]] static bool matches(WideValue value, std::uint64_t va,
                                                        std::uint64_t key) noexcept {
    const std::uint64_t tag = (value.tag ^ wanted(va, key)) & kMask<kAccess>;
    return (tag | ((value.data - (key >> kPageShift)) & kOffsetMask)) == 0;
  }
  [[nodiscard]] static bool same_page(WideValue value, std::uint64_t va,
                                      std::uint64_t key) noexcept {
    const std::uint64_t tag = (value.tag ^ wanted(va, key)) & ~kPerms;
    return (tag | ((value.data - (key >> kPageShift)) & kOffsetMask)) == 0;
  }
  [[nodiscard, gnu::always_inline]] static std::uint64_t pa(WideValue value, std::uint64_t va,
                                                            std::uint64_t key) noexcept {
    return va + value.data - (key >> kPageShift);
  }
  [[nodiscard]] static bool fits(std::uint64_t /*va*/, std::uint64_t /*pa*/) noexcept {
    return true;
  }
  [[nodiscard]] static WideValue make(std::uint64_t va, std::uint64_t pa, std::uint8_t perms,
                                      std::uint64_t key) noexcept {
    const std::uint64_t page = va & ~kOffsetMask;
    return {.tag = page | (key & kOffsetMask & ~kPerms) | (perms & kPerms),
            .data = (pa & ~kOffsetMask) - page + (key >> kPageShift)};
  }
  [[nodiscard]] static std::uint8_t perms(WideValue value) noexcept {
    return static_cast<std::uint8_t>(value.tag & kPerms);
  }
  [[nodiscard]] static std::uint64_t key(WideValue value) noexcept {
    return (value.data & kOffsetMask) << kPageShift | (value.tag & kOffsetMask) | kPerms;
  }
  template <class Index>
  [[nodiscard]] static std::uint64_t va(WideValue value, std::uint64_t /*set*/,
                                        const Index & /*index*/) noexcept {
    return value.tag & ~kOffsetMask;
  }

private:
  [[gnu::always_inline]] static constexpr std::uint64_t wanted(std::uint64_t va,
                                                               std::uint64_t key) noexcept {
    return (va & ~kOffsetMask) | (key & kOffsetMask);
  }
};

struct WideEntry {
  static constexpr bool kShared = true;
  static constexpr bool kNeedsInvertible = false;
  static constexpr unsigned kLeastSetBits = 0;
  using Codec = WideCodec;
  using Value = WideValue;
  struct alignas(16) Cell {
    std::uint64_t words[2]; // NOLINT(modernize-avoid-c-arrays)
  };

  static constexpr ContextCoding coding(unsigned k) noexcept { return Codec::coding(k); }

  // Volatile: the access is one, of all 16 bytes, and none is left out. Not seen as atomic by
  // ThreadSanitizer, so not looked at by it.
  [[nodiscard, gnu::always_inline]] static Value load(const Cell &cell) noexcept {
    const Vector both = *reinterpret_cast<const volatile Vector *>(cell.words);
    detail::fence(std::memory_order_acquire);
    return {.tag = both[0], .data = both[1]};
  }
  [[gnu::always_inline]] static void store(Cell &cell, Value value) noexcept {
    detail::fence(std::memory_order_release);
    *reinterpret_cast<volatile Vector *>(cell.words) = Vector{value.tag, value.data};
  }
  static void clear(Cell &cell) noexcept { store(cell, {.tag = 0, .data = 0}); }
  [[nodiscard]] static bool is_empty(Value value) noexcept {
    return (value.tag & WideCodec::kPerms) == 0;
  }

private:
  using Vector [[gnu::vector_size(16), gnu::may_alias]] = std::uint64_t;
};

} // namespace vmperf::tlb
