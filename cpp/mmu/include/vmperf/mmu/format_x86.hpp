// Page tables of x86-64 with 4 and 5 levels.
//
//   63  62..59  58..52  51 ...... 12  11..9  8  7     6  5  4    3    2   1   0
//   NX  (keys)  free    address       free   G  PS/-  D  A  PCD  PWT  US  RW  P
//
// A page may be written, or used by the user, where all levels say so, and be executed where none
// forbids it. PS (bit 7) makes a leaf of a level 2 or 3 entry, of 2 MiB or 1 GiB; above it is
// reserved, as are address bits below the page's size or above the CPU's width. The CPU itself sets
// A in every entry it uses and D in the leaf it writes through. Protection keys are not modelled.
// Stateless. Source: Intel SDM vol. 3A, 4.5 to 4.8, tables 4-14 to 4-20.
#pragma once

#include <bit>

#include "vmperf/mmu/rules.hpp"

namespace vmperf::mmu {

template <unsigned Levels> struct X86 {
  static constexpr unsigned kLevels = Levels;
  static constexpr unsigned kMaxLeafLevel = 3;
  static constexpr unsigned kPaBits = 52;
  static constexpr bool kMarksTables = true; ///< A is set in the entries that point to tables, too
  static constexpr bool kSoftwareAd = false;
  static constexpr std::uint64_t kP = 1, kW = 2, kU = 4, kA = 1U << 5U, kD = 1U << 6U,
                                 kPs = 1U << 7U, kG = 1U << 8U, kNx = std::uint64_t{1} << 63U;
  static constexpr std::uint64_t kAddress = bits(12, 52);

  /// What the levels so far permit, as bits W, U and NX, the last as 1 where all may execute.
  static constexpr std::uint64_t kStart = ~std::uint64_t{0};
  static constexpr std::uint64_t descend(std::uint64_t path, std::uint64_t entry) noexcept {
    return (path & (entry ^ kNx)) | kD; // which has no meaning there
  }

  static constexpr bool canonical(std::uint64_t va) noexcept {
    constexpr unsigned kUnused = 64 - (12 + 9 * Levels);
    // Bits from the highest that is used on: all 0 or all 1.
    const std::uint64_t sign = va >> (63U - kUnused);
    return sign == 0 || sign == (~std::uint64_t{0} >> (63U - kUnused));
  }
  static constexpr Kind kind(std::uint64_t entry, unsigned level) noexcept {
    if ((entry & kP) == 0) {
      return Kind::absent;
    }
    return level == 1 || (level <= kMaxLeafLevel && (entry & kPs) != 0) ? Kind::leaf : Kind::table;
  }
  static constexpr std::uint64_t table_pa(std::uint64_t entry) noexcept { return entry & kAddress; }
  static constexpr std::uint64_t page_pa(std::uint64_t entry, unsigned level) noexcept {
    return entry & bits(shift_of(level), 52);
  }

  /// X at bit 0, W at 2, U at 3, D at 7: one rotation.
  static constexpr unsigned rights(std::uint64_t path, std::uint64_t leaf) noexcept {
    return static_cast<unsigned>(std::rotl(path & (leaf ^ kNx), 1)) & 0x8dU;
  }
  static constexpr std::uint64_t global(std::uint64_t /*path*/, std::uint64_t leaf) noexcept {
    return leaf >> 8U & 1U;
  }
  /// The entry after it was used, and with `write` written through.
  static constexpr std::uint64_t marked(std::uint64_t entry, bool write, bool leaf) noexcept {
    return entry | kA | (write && leaf ? kD : 0);
  }
  static constexpr bool accessed(std::uint64_t leaf) noexcept { return (leaf & kA) != 0; }
  static constexpr bool dirty(std::uint64_t leaf) noexcept { return (leaf & kD) != 0; }
  /// A leaf of level 1 that is present and accessed, as (entry & mask) == value.
  static constexpr std::uint64_t kUsedMask = kP | kA, kUsedValue = kP | kA;
  static constexpr std::uint64_t kSeenMask = kP, kSeenValue = kP; ///< present alone

  static constexpr std::uint64_t encode_table(std::uint64_t pa) noexcept {
    return pa | kP | kW | kU;
  }
  static constexpr std::uint64_t encode_leaf(std::uint64_t pa, unsigned level, std::uint32_t how,
                                             AdUpdate /*ad*/) noexcept {
    return pa | kP | (level > 1 ? kPs : 0) | ((how & flags::kWrite) != 0 ? kW : 0) |
           ((how & flags::kUser) != 0 ? kU : 0) | ((how & flags::kGlobal) != 0 ? kG : 0) |
           ((how & flags::kExecute) != 0 ? 0 : kNx) | ((how & flags::kAccessed) != 0 ? kA : 0) |
           ((how & flags::kDirty) != 0 ? kD : 0);
  }
  /// What protect() replaces.
  static constexpr std::uint64_t kPermissionBits = kW | kU | kG | kNx;
  /// The leaf one level below for the i-th 512th part of a large page, with all its attributes.
  static constexpr std::uint64_t split(std::uint64_t leaf, unsigned level,
                                       std::uint64_t i) noexcept {
    const std::uint64_t part = (leaf & ~(level == 2 ? kPs : 0)) + (i << shift_of(level - 1));
    return part;
  }
  /// Nothing where such a leaf can be; else why it cannot.
  static constexpr const char *refuses(std::uint32_t how) noexcept {
    return (how & flags::kRead) == 0 ? "with r: an x86 page can always be read" : nullptr;
  }

  static constexpr Rules rules(const Mode &mode, AdUpdate ad, unsigned pa_bits) noexcept {
    Rules made;
    made.ad = ad;
    const std::uint64_t always = bits(pa_bits, 52) | (mode.nxe ? 0 : kNx);
    for (unsigned level = 1; level <= Levels; ++level) {
      made.reserved_table[level] = always | (level > kMaxLeafLevel ? kPs : 0);
      made.reserved_leaf[level] = always | (level > 1 ? bits(13, shift_of(level)) : 0);
    }
    for (unsigned rights = 0; rights < 256; ++rights) {
      made.full[rights] = permits(rights, mode);
      made.now[rights] =
          (rights & 128U) != 0 ? made.full[rights] : without_write(made.full[rights]);
    }
    return made;
  }

private:
  static constexpr std::uint8_t permits(unsigned rights, const Mode &mode) noexcept {
    const bool x = (rights & 1U) != 0;
    const bool w = (rights & 4U) != 0;
    const bool u = (rights & 8U) != 0;
    if (mode.user) {
      return perms_of(u, u && w, u && x);
    }
    const bool data = !u || !mode.smap || mode.ac;
    return perms_of(data, data && (w || !mode.wp), x && (!u || !mode.smep));
  }
};

using X86_64_4 = X86<4>;
using X86_64_5 = X86<5>;

} // namespace vmperf::mmu
