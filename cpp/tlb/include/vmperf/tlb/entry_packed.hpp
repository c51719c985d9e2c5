// An entry in one 64-bit word, of 2^k sets:
//
//    63             28+k  31  28          0        k = 12: 24 | 9 | 3 | 28
//   [ VA 47 .. 12+k | id | wxr |    PPN    ]       id: k - 3 bits of context
//   [     tag       |   key    |  PA 39..12 ]
//
// A VA shifted left by 16 has its tag where the entry has it. One relaxed load is the whole lookup,
// so no reader sees half of a write, on any CPU; `((entry ^ wanted) & mask) == 0` compares tag,
// context and the permission asked for at once. An empty entry is 0: it permits nothing.
// For VAs of 48 bits, sign-extended (others never match), and PAs below 2^40 (kPpnBits = 28); what
// does not fit is refused by fill. With fewer PPN bits ids are wider.
// A read-only load of an atomic and some 12 instructions; readers wait-free, writers store once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/context.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <unsigned kPpnBits = 28> struct PackedEntry {
  static constexpr bool kShared = true;
  static constexpr bool kNeedsInvertible = true; ///< the tag lacks the index bits
  static constexpr unsigned kVaBits = 48;
  static constexpr unsigned kPermShift = kPpnBits, kIdShift = kPpnBits + 3;
  static constexpr std::uint64_t kPpnMask = (std::uint64_t{1} << kPpnBits) - 1;
  static constexpr std::uint64_t kPerms = std::uint64_t{7} << kPermShift;

  using Cell = std::atomic<std::uint64_t>;
  using Value = std::uint64_t;

  /// Bits of context ids with 2^k sets; with none the layout cannot be used.
  static constexpr ContextCoding coding(unsigned k) noexcept {
    constexpr unsigned kUsed = kVaBits - kPageShift + 3 + kPpnBits;
    return {.bits = 64 + k > kUsed ? 64 + k - kUsed : 0, .shift = kIdShift, .ones = kPerms};
  }
  static constexpr unsigned kLeastSetBits = kVaBits - kPageShift + 3 + kPpnBits - 64 + 2;

  [[nodiscard, gnu::always_inline]] static Value load(const Cell &cell) noexcept {
    return cell.load(std::memory_order_acquire);
  }
  [[gnu::always_inline]] static void store(Cell &cell, Value value) noexcept {
    cell.store(value, std::memory_order_release);
  }
  [[gnu::always_inline]] static void clear(Cell &cell) noexcept { store(cell, 0); }
  [[nodiscard]] static bool is_empty(Value value) noexcept { return value == 0; }

  template <Access kAccess>
  static constexpr std::uint64_t kMask =
      ~kPpnMask & ~(kPerms ^ (std::uint64_t{perm_of(kAccess)} << kPermShift));

  [[nodiscard, gnu::always_inline]] static constexpr std::uint64_t
  shifted(std::uint64_t va) noexcept {
    return va << (64 - kVaBits);
  }
  [[nodiscard, gnu::always_inline]] static constexpr bool is_canonical(std::uint64_t va) noexcept {
    return arithmetic_shift(shifted(va), 64 - kVaBits) == va;
  }

  struct Codec {
    constexpr explicit Codec(unsigned k) noexcept
        : tag_mask(~std::uint64_t{0} << (64 - kVaBits + kPageShift + k)), set_bits(k) {}

    [[nodiscard, gnu::always_inline]] std::uint64_t wanted(std::uint64_t va,
                                                           std::uint64_t key) const noexcept {
      return (shifted(va) & tag_mask) | key;
    }
    template <Access kAccess>
    [[nodiscard, gnu::always_inline]] bool matches(Value value, std::uint64_t va,
                                                   std::uint64_t key) const noexcept {
      return is_canonical(va) && ((value ^ wanted(va, key)) & kMask<kAccess>) == 0;
    }
    /// The same page and context, whatever is permitted.
    [[nodiscard]] bool same_page(Value value, std::uint64_t va, std::uint64_t key) const noexcept {
      return value != 0 && is_canonical(va) &&
             ((value ^ wanted(va, key)) & ~(kPpnMask | kPerms)) == 0;
    }
    [[nodiscard, gnu::always_inline]] static std::uint64_t pa(Value value, std::uint64_t va,
                                                              std::uint64_t /*key*/) noexcept {
      return ((value & kPpnMask) << kPageShift) | (va & kOffsetMask);
    }
    [[nodiscard]] static bool fits(std::uint64_t va, std::uint64_t pa) noexcept {
      return is_canonical(va) && (pa >> kPageShift) <= kPpnMask;
    }
    [[nodiscard]] Value make(std::uint64_t va, std::uint64_t pa, std::uint8_t perms,
                             std::uint64_t key) const noexcept {
      const std::uint64_t permitted = std::uint64_t{perms} << kPermShift & kPerms;
      return (shifted(va) & tag_mask) | (key & ~kPerms) | permitted | pa >> kPageShift;
    }
    [[nodiscard]] static std::uint8_t perms(Value value) noexcept {
      return static_cast<std::uint8_t>((value & kPerms) >> kPermShift);
    }
    [[nodiscard]] std::uint64_t key(Value value) const noexcept {
      return (value & ~tag_mask & ~kPpnMask) | kPerms;
    }
    struct Sweep {
      std::uint64_t wanted, mask;
    };
    /// What entries of a key, with the bits of `va` that `of_va` names, have in common.
    [[nodiscard]] Sweep sweep_of(std::uint64_t va, std::uint64_t of_va,
                                 std::uint64_t key) const noexcept {
      const std::uint64_t id = ~tag_mask & ~(kPpnMask | kPerms);
      return {.wanted = (shifted(va) & tag_mask) | (key & id),
              .mask = (shifted(of_va) & tag_mask) | id};
    }
    /// The page's address, given its set.
    template <class Index>
    [[nodiscard]] std::uint64_t va(Value value, std::uint64_t set,
                                   const Index &index) const noexcept {
      const std::uint64_t high =
          arithmetic_shift(value & tag_mask, 64 - kVaBits + kPageShift + set_bits);
      return (high << set_bits | index.low_bits(set, high)) << kPageShift;
    }

    std::uint64_t tag_mask;
    unsigned set_bits;
  };
};

} // namespace vmperf::tlb
