// Page tables of RISC-V: Sv39, Sv48, Sv57.
//
//   63 62..61 60..54    53 ............... 10  9..8  7  6  5  4  3  2  1  0
//   N  PBMT   reserved  physical page number   free  D  A  G  U  X  W  R  V
//
// An entry without R, W and X points to a table; any other is a leaf, at any level, whose bits
// alone say what may be done. W without R is reserved, as are D, A and U of a table's entry, 54 to
// 63 (Svnapot and Svpbmt are not modelled) and page numbers that a large page isn't aligned to. G
// of a table's entry holds for all below. Stateless.
// Source: RISC-V privileged ISA 1.12, 4.3.2 (the walk), 4.4 to 4.6; Svadu 1.0 (update of A and D).
#pragma once

#include "vmperf/mmu/rules.hpp"

namespace vmperf::mmu {

template <unsigned Levels> struct RiscV {
  static constexpr unsigned kLevels = Levels;
  static constexpr unsigned kMaxLeafLevel = Levels;
  static constexpr unsigned kPaBits = 56;
  static constexpr bool kMarksTables = false;
  static constexpr bool kSoftwareAd = true;
  static constexpr std::uint64_t kV = 1, kR = 2, kW = 4, kX = 8, kU = 16, kG = 32, kA = 64,
                                 kD = 128;

  /// Whether a table's entry said G.
  static constexpr std::uint64_t kStart = 0;
  static constexpr std::uint64_t descend(std::uint64_t path, std::uint64_t entry) noexcept {
    return path | (entry & kG);
  }

  static constexpr bool canonical(std::uint64_t va) noexcept {
    constexpr unsigned kUnused = 64 - (12 + 9 * Levels);
    // Bits from the highest that is used on: all 0 or all 1.
    const std::uint64_t sign = va >> (63U - kUnused);
    return sign == 0 || sign == (~std::uint64_t{0} >> (63U - kUnused));
  }
  static constexpr Kind kind(std::uint64_t entry, unsigned level) noexcept {
    if ((entry & kV) == 0) {
      return Kind::absent;
    }
    if ((entry & (kR | kW)) == kW) {
      return Kind::reserved;
    }
    if ((entry & (kR | kX)) != 0) {
      return Kind::leaf;
    }
    return level == 1 ? Kind::reserved : Kind::table;
  }
  static constexpr std::uint64_t table_pa(std::uint64_t entry) noexcept {
    return (entry & bits(10, 54)) << 2U;
  }
  static constexpr std::uint64_t page_pa(std::uint64_t entry, unsigned level) noexcept {
    return table_pa(entry) & ~bits(0, shift_of(level));
  }

  /// R, W, X, U, D where they are.
  static constexpr unsigned rights(std::uint64_t /*path*/, std::uint64_t leaf) noexcept {
    return static_cast<unsigned>(leaf) & (kR | kW | kX | kU | kD);
  }
  static constexpr std::uint64_t global(std::uint64_t path, std::uint64_t leaf) noexcept {
    return (path | leaf) >> 5U & 1U;
  }
  static constexpr std::uint64_t marked(std::uint64_t entry, bool write, bool leaf) noexcept {
    return leaf ? entry | kA | (write ? kD : 0) : entry;
  }
  static constexpr bool accessed(std::uint64_t leaf) noexcept { return (leaf & kA) != 0; }
  static constexpr bool dirty(std::uint64_t leaf) noexcept { return (leaf & kD) != 0; }
  static constexpr std::uint64_t kUsedMask = kV | kA, kUsedValue = kV | kA;
  static constexpr std::uint64_t kSeenMask = kV, kSeenValue = kV;

  static constexpr std::uint64_t encode_table(std::uint64_t pa) noexcept { return pa >> 2U | kV; }
  static constexpr std::uint64_t encode_leaf(std::uint64_t pa, unsigned /*level*/,
                                             std::uint32_t how, AdUpdate /*ad*/) noexcept {
    return pa >> 2U | kV | ((how & flags::kRead) != 0 ? kR : 0) |
           ((how & flags::kWrite) != 0 ? kW : 0) | ((how & flags::kExecute) != 0 ? kX : 0) |
           ((how & flags::kUser) != 0 ? kU : 0) | ((how & flags::kGlobal) != 0 ? kG : 0) |
           ((how & flags::kAccessed) != 0 ? kA : 0) | ((how & flags::kDirty) != 0 ? kD : 0);
  }
  static constexpr std::uint64_t kPermissionBits = kR | kW | kX | kU | kG;
  static constexpr std::uint64_t split(std::uint64_t leaf, unsigned level,
                                       std::uint64_t i) noexcept {
    return leaf + ((i << shift_of(level - 1)) >> 2U);
  }
  static constexpr const char *refuses(std::uint32_t how) noexcept {
    if ((how & (flags::kRead | flags::kWrite)) == flags::kWrite) {
      return "with r where there is w: W without R is reserved";
    }
    return (how & (flags::kRead | flags::kExecute)) == 0 ? "with r or x: else it is a table"
                                                         : nullptr;
  }

  static constexpr Rules rules(const Mode &mode, AdUpdate ad, unsigned pa_bits) noexcept {
    Rules made;
    made.ad = ad;
    const std::uint64_t always = bits(54, 64) | bits(pa_bits - 2, 54);
    for (unsigned level = 1; level <= Levels; ++level) {
      made.reserved_table[level] = always | kD | kA | kU;
      made.reserved_leaf[level] = always | bits(10, shift_of(level) - 2);
    }
    for (unsigned rights = 0; rights < 256; ++rights) {
      made.full[rights] = permits(rights, mode);
      made.now[rights] = (rights & kD) != 0 ? made.full[rights] : without_write(made.full[rights]);
    }
    return made;
  }

private:
  static constexpr std::uint8_t permits(unsigned rights, const Mode &mode) noexcept {
    const bool r = (rights & kR) != 0;
    const bool w = (rights & kW) != 0;
    const bool x = (rights & kX) != 0;
    const bool u = (rights & kU) != 0;
    if (w && !r) {
      return 0; // reserved: the slow way says so
    }
    const bool data = mode.user ? u : !u || mode.sum;
    const bool code = mode.user == u;
    return perms_of(data && (r || (mode.mxr && x)), data && w, code && x);
  }
};

using Sv39 = RiscV<3>;
using Sv48 = RiscV<4>;
using Sv57 = RiscV<5>;

} // namespace vmperf::mmu
