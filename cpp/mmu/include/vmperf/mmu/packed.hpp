// A translation in two registers, as walks pass it on.
//
//   rest   | - | stage | refs | level | fault | global | perms | page_shift |     8 bits each
//
// It has the layout of tlb::Translation, which is written at once, by unpack(). Made member by
// member a Translation is a row of byte stores, and the copy of it as a whole waits for all of them
// (a store that is not forwarded: some 15 cycles on a Zen 4). Hosts are little-endian, as
// GuestMemory says. Plain values: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/translation.hpp"

namespace vmperf::mmu {

struct Packed {
  std::uint64_t pa = 0;
  std::uint64_t rest = std::uint64_t{1} << 48U;

  [[nodiscard]] static constexpr Packed found(std::uint64_t pa, unsigned shift, std::uint64_t perms,
                                              std::uint64_t global, unsigned level,
                                              unsigned refs) noexcept {
    return {pa, shift | perms << 8U | global << 16U | std::uint64_t{level} << 32U |
                    std::uint64_t{refs & 255U} << 40U | std::uint64_t{1} << 48U};
  }
  [[nodiscard]] static constexpr Packed stopped(tlb::Fault fault, unsigned level, unsigned refs,
                                                unsigned stage = 1) noexcept {
    return {0, 12U | std::uint64_t{static_cast<std::uint8_t>(fault)} << 24U |
                   std::uint64_t{level} << 32U | std::uint64_t{refs & 255U} << 40U |
                   std::uint64_t{stage} << 48U};
  }

  [[nodiscard]] constexpr unsigned shift() const noexcept { return byte(0); }
  [[nodiscard]] constexpr std::uint8_t perms() const noexcept { return byte(1); }
  [[nodiscard]] constexpr std::uint64_t global() const noexcept { return byte(2); }
  [[nodiscard]] constexpr tlb::Fault fault() const noexcept {
    return static_cast<tlb::Fault>(byte(3));
  }
  [[nodiscard]] constexpr unsigned level() const noexcept { return byte(4); }
  [[nodiscard]] constexpr unsigned refs() const noexcept { return byte(5); }
  [[nodiscard]] constexpr unsigned stage() const noexcept { return byte(6); }

  [[gnu::always_inline]] void unpack(tlb::Translation &to) const noexcept {
    static_assert(
        sizeof(tlb::Translation) == 16 && offsetof(tlb::Translation, page_shift) == 8 &&
        offsetof(tlb::Translation, perms) == 9 && offsetof(tlb::Translation, global) == 10 &&
        offsetof(tlb::Translation, fault) == 11 && offsetof(tlb::Translation, level) == 12 &&
        offsetof(tlb::Translation, refs) == 13 && offsetof(tlb::Translation, stage) == 14);
    using Word [[gnu::may_alias]] = std::uint64_t;
    auto *at = reinterpret_cast<Word *>(&to); // two stores, never one by way of a vector
    __atomic_store_n(at, pa, __ATOMIC_RELAXED);
    __atomic_store_n(at + 1, rest, __ATOMIC_RELAXED);
  }

private:
  [[nodiscard]] constexpr std::uint8_t byte(unsigned i) const noexcept {
    return static_cast<std::uint8_t>(rest >> (8 * i));
  }
};

} // namespace vmperf::mmu
