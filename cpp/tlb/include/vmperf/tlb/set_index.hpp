// Which set a page belongs to. All three take the page number and a power of two of sets:
//
//   mod   the low bits: neighbours never collide, strides of a power of two all do
//   xor   the low bits, exclusive-or'ed with those above them: such strides are spread
//   crc   CRC-32C of the number: no stride is special, and neighbours may collide
//
// mod and xor are a bijection of (tag, set); the arrays here keep the whole page number anyway.
// O(1): 1, 3 and about 10 cycles. Plain values: thread-safe.
// Sources: Gonzalez, Valero, Topham, Parcerisa: Eliminating Cache Conflict Misses Through XOR-Based
// Placement Functions, ICS 1997; RFC 3720 (the polynomial); Kounavis and Berry, A Systematic
// Approach to Building High Performance, Software-based, CRC Generators, 2005 (eight tables).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace vmperf::tlb {

enum class Index : std::uint8_t { mod = 0, fold = 1, crc = 2 }; ///< fold is the word "xor"

namespace crc32c {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() noexcept {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    }
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < tables.size(); ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = (before >> 8U) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}

inline constexpr Tables kTables = make_tables();

/// Of the eight bytes of a number, the lowest first, without the usual inversions.
[[nodiscard]] constexpr std::uint32_t of(std::uint64_t number) noexcept {
  std::uint32_t crc = 0;
  for (std::size_t byte = 0; byte < 8; ++byte) {
    crc ^= kTables[7 - byte][(number >> (8 * byte)) & 0xffU];
  }
  return crc;
}

} // namespace crc32c

class SetIndex {
public:
  /// `sets` is a power of two.
  SetIndex(Index kind, std::size_t sets) noexcept
      : kind_(kind), shift_(static_cast<unsigned>(std::countr_zero(sets))), mask_(sets - 1) {}

  [[nodiscard]] std::size_t operator()(std::uint64_t page) const noexcept {
    switch (kind_) {
    case Index::mod:
      return page & mask_;
    case Index::fold:
      return (page ^ (page >> shift_)) & mask_;
    case Index::crc:
      break;
    }
    return crc32c::of(page) & mask_;
  }

  [[nodiscard]] Index kind() const noexcept { return kind_; }

private:
  Index kind_;
  unsigned shift_;
  std::uint64_t mask_;
};

} // namespace vmperf::tlb
