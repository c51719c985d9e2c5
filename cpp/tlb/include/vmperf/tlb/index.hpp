// Which set of a TLB a page has: of 2^k sets, by the page's number (VPN).
//   ModIndex  the low k bits: neighbours lie side by side, best for sequential access
//   XorIndex  the low k bits, with the next k folded in: strides of a power of two spread
//   CrcIndex  the low k bits of the VPN's CRC-32C: no stride is bad; some 3 ns, not invertible
// kInvertible: the VPN can be computed from the set and the bits above its low k, so that a tag may
// leave them out. All are pure functions, O(1), thread-safe.
// Source of the second: Gonzalez et al., Eliminating cache conflict misses through XOR-based
// placement functions, ICS 1997.
#pragma once

#include <array>
#include <cstdint>

namespace vmperf::tlb {

inline constexpr unsigned kPageShift = 12;
inline constexpr std::uint64_t kPageBytes = std::uint64_t{1} << kPageShift;
inline constexpr std::uint64_t kOffsetMask = kPageBytes - 1;

/// The bits of a signed number, shifted: its top bit stays.
[[nodiscard, gnu::always_inline]] constexpr std::uint64_t arithmetic_shift(std::uint64_t bits,
                                                                           unsigned by) noexcept {
  // NOLINTNEXTLINE(bugprone-signed-bitwise): the sign is what is shifted in
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> by);
}

/// How the kernels of batches name them.
enum class IndexKind : std::uint8_t { mod, xor_fold, other };

struct ModIndex {
  static constexpr IndexKind kKind = IndexKind::mod;
  static constexpr bool kInvertible = true;
  static constexpr bool kConsecutive = true; ///< 2^j pages, aligned, have 2^j sets, aligned

  constexpr explicit ModIndex(unsigned bits) noexcept : mask((std::uint64_t{1} << bits) - 1) {}
  [[nodiscard, gnu::always_inline]] constexpr std::uint64_t
  set_of(std::uint64_t va) const noexcept {
    return (va >> kPageShift) & mask;
  }
  /// The VPN's low bits, of the set and of the VPN without them.
  // NOLINTNEXTLINE(readability-convert-member-functions-to-static): others need their members
  [[nodiscard]] constexpr std::uint64_t low_bits(std::uint64_t set,
                                                 std::uint64_t /*high*/) const noexcept {
    return set;
  }
  std::uint64_t mask;
};

struct XorIndex {
  static constexpr IndexKind kKind = IndexKind::xor_fold;
  static constexpr bool kInvertible = true;
  static constexpr bool kConsecutive = true;

  constexpr explicit XorIndex(unsigned index_bits) noexcept
      : mask((std::uint64_t{1} << index_bits) - 1), bits(index_bits) {}
  [[nodiscard, gnu::always_inline]] constexpr std::uint64_t
  set_of(std::uint64_t va) const noexcept {
    const std::uint64_t vpn = va >> kPageShift;
    return (vpn ^ (vpn >> bits)) & mask;
  }
  [[nodiscard]] constexpr std::uint64_t low_bits(std::uint64_t set,
                                                 std::uint64_t high) const noexcept {
    return (set ^ high) & mask;
  }
  std::uint64_t mask;
  unsigned bits;
};

struct CrcIndex {
  static constexpr IndexKind kKind = IndexKind::other;
  static constexpr bool kInvertible = false;
  static constexpr bool kConsecutive = false;

  constexpr explicit CrcIndex(unsigned bits) noexcept : mask((std::uint64_t{1} << bits) - 1) {}
  [[nodiscard]] constexpr std::uint64_t set_of(std::uint64_t va) const noexcept {
    std::uint32_t crc = 0;
    for (std::uint64_t rest = va >> kPageShift; rest != 0; rest >>= 8U) {
      crc = (crc >> 8U) ^ kTable[(crc ^ rest) & 0xffU];
    }
    return crc & mask;
  }
  std::uint64_t mask;

private:
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t crc = byte;
      for (int bit = 0; bit < 8; ++bit) {
        crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
      }
      table[byte] = crc;
    }
    return table;
  }();
};

} // namespace vmperf::tlb
