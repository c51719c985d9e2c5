// Page tables of AArch64, stage 1 of EL1 and EL0, 4 KiB granule, 48-bit addresses of TTBR0.
//
//   table  63  62..61   60        59        58..48  47 .... 12  11 ......... 2      1  0
//          NS  APTable  XNTable   PXNTable  free    address     free                1  1
//   leaf   63..55  54   53   52  51   50  49..48    47 .... 12  11  10  9..8  7..6     5..2  1  0
//          free    UXN  PXN  c   DBM  GP  reserved  address     nG  AF  SH    AP[2:1]  attr  t  1
//
// Levels are counted from the leaves here: 4 to 1 are the manual's 0 to 3. Bit t is 1 in a leaf of
// level 1, 0 in a block of level 2 or 3; any other combination is an invalid entry. AP[1] lets EL0
// in, AP[2] makes read-only; the bits of the tables on the way take away. With hardware management
// of the dirty state DBM marks what may be written and AP[2] what has not been yet: the first store
// clears AP[2]. Where EL0 may write, EL1 doesn't execute. Address bits below a block's size count
// as reserved. Stateless. Source: Arm ARM DDI 0487 J, D8.3 to D8.5.
#pragma once

#include "vmperf/mmu/rules.hpp"

namespace vmperf::mmu {

struct AArch64 {
  static constexpr unsigned kLevels = 4;
  static constexpr unsigned kMaxLeafLevel = 3;
  static constexpr unsigned kPaBits = 48;
  static constexpr bool kMarksTables = false;
  static constexpr bool kSoftwareAd = true;
  static constexpr std::uint64_t kValid = 1, kNext = 2, kEl0 = 1U << 6U, kReadOnly = 1U << 7U,
                                 kAf = 1U << 10U, kNotGlobal = 1U << 11U, kInner = 3U << 8U;
  static constexpr std::uint64_t kDbm = bits(51, 52), kPxn = bits(53, 54), kUxn = bits(54, 55);
  static constexpr std::uint64_t kAddress = bits(12, 48);

  /// What the tables take away, where a leaf has it: EL0 and DBM as 1 where they are gone, which
  /// they are in a leaf that is kInverted.
  static constexpr std::uint64_t kInverted = kEl0 | kDbm;
  static constexpr std::uint64_t kStart = 0;
  static constexpr std::uint64_t descend(std::uint64_t path, std::uint64_t entry) noexcept {
    const std::uint64_t no_write = entry >> 62U & 1U;
    return path | (entry >> 61U & 1U) << 6U | no_write << 7U | no_write << 51U |
           (entry >> 59U & 3U) << 53U;
  }

  static constexpr bool canonical(std::uint64_t va) noexcept { return va >> 48U == 0; }
  static constexpr Kind kind(std::uint64_t entry, unsigned level) noexcept {
    if ((entry & kValid) == 0) {
      return Kind::absent;
    }
    if (level == 1) {
      return (entry & kNext) != 0 ? Kind::leaf : Kind::absent;
    }
    if ((entry & kNext) != 0) {
      return Kind::table;
    }
    return level <= kMaxLeafLevel ? Kind::leaf : Kind::absent;
  }
  static constexpr std::uint64_t table_pa(std::uint64_t entry) noexcept { return entry & kAddress; }
  static constexpr std::uint64_t page_pa(std::uint64_t entry, unsigned level) noexcept {
    return entry & bits(shift_of(level), 48);
  }

  /// No EL0, read-only, no DBM, -, PXN, UXN, after what the tables took away.
  static constexpr unsigned rights(std::uint64_t path, std::uint64_t leaf) noexcept {
    const std::uint64_t all = (leaf ^ kInverted) | path;
    return static_cast<unsigned>((all >> 6U & 3U) | (all >> 49U & 0x34U));
  }
  static constexpr std::uint64_t global(std::uint64_t /*path*/, std::uint64_t leaf) noexcept {
    return ~leaf >> 11U & 1U;
  }
  static constexpr std::uint64_t marked(std::uint64_t entry, bool write, bool leaf) noexcept {
    if (!leaf) {
      return entry;
    }
    return (entry | kAf) & ~(write && (entry & kDbm) != 0 ? kReadOnly : 0);
  }
  static constexpr bool accessed(std::uint64_t leaf) noexcept { return (leaf & kAf) != 0; }
  static constexpr bool dirty(std::uint64_t leaf) noexcept { return (leaf & kReadOnly) == 0; }
  static constexpr std::uint64_t kUsedMask = kValid | kNext | kAf,
                                 kUsedValue = kValid | kNext | kAf;
  static constexpr std::uint64_t kSeenMask = kValid | kNext, kSeenValue = kValid | kNext;

  static constexpr std::uint64_t encode_table(std::uint64_t pa) noexcept {
    return pa | kValid | kNext;
  }
  static constexpr std::uint64_t encode_leaf(std::uint64_t pa, unsigned level, std::uint32_t how,
                                             AdUpdate ad) noexcept {
    const bool user = (how & flags::kUser) != 0;
    const bool execute = (how & flags::kExecute) != 0;
    const bool write = (how & flags::kWrite) != 0;
    const bool clean = write && ad == AdUpdate::hardware && (how & flags::kDirty) == 0;
    return pa | kValid | (level == 1 ? kNext : 0) | kInner | (user ? kEl0 : 0) |
           (!write || clean ? kReadOnly : 0) | (write && ad == AdUpdate::hardware ? kDbm : 0) |
           ((how & flags::kGlobal) != 0 ? 0 : kNotGlobal) | (execute && user ? 0 : kUxn) |
           (execute && !user ? 0 : kPxn) | ((how & flags::kAccessed) != 0 ? kAf : 0);
  }
  static constexpr std::uint64_t kPermissionBits =
      kEl0 | kReadOnly | kNotGlobal | kDbm | kPxn | kUxn;
  static constexpr std::uint64_t split(std::uint64_t leaf, unsigned level,
                                       std::uint64_t i) noexcept {
    return (leaf | (level == 2 ? kNext : 0)) + (i << shift_of(level - 1));
  }
  static constexpr const char *refuses(std::uint32_t how) noexcept {
    return (how & flags::kRead) == 0 ? "with r: EL1 can always read" : nullptr;
  }

  static constexpr Rules rules(const Mode &mode, AdUpdate ad, unsigned pa_bits) noexcept {
    Rules made;
    made.ad = ad;
    const std::uint64_t always = bits(pa_bits, 50);
    for (unsigned level = 1; level <= kLevels; ++level) {
      made.reserved_table[level] = bits(pa_bits, 48);
      made.reserved_leaf[level] = always | bits(12, shift_of(level));
    }
    for (unsigned rights = 0; rights < 64; ++rights) {
      const bool read_only = (rights & 2U) != 0;
      const bool clean = read_only && (rights & 4U) == 0 && ad == AdUpdate::hardware;
      made.full[rights] = permits(rights, !read_only || clean, mode);
      made.now[rights] = read_only ? without_write(made.full[rights]) : made.full[rights];
    }
    return made;
  }

private:
  // `write` is whether it may be written at all, so that a clean page is executed as a dirty one
  // is.
  static constexpr std::uint8_t permits(unsigned rights, bool write, const Mode &mode) noexcept {
    const bool el0 = (rights & 1U) == 0;
    const bool uxn = (rights & 32U) != 0;
    const bool pxn = (rights & 16U) != 0 || (el0 && write);
    if (mode.user) {
      return perms_of(el0, el0 && write, !uxn);
    }
    const bool data = !el0 || !mode.pan;
    return perms_of(data, data && write, !pxn);
  }
};

} // namespace vmperf::mmu
