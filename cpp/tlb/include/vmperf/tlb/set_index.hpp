// The index functions of index.hpp, chosen at run time, for pages of any size.
//
//   mod   neighbours never collide, strides of a power of two all do
//   xor   such strides are spread
//   crc   no stride is special, and neighbours may collide
//
// Arrays behind this keep the whole page number. O(1); plain values: thread-safe.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/index.hpp"

namespace vmperf::tlb {

enum class Index : std::uint8_t { mod = 0, fold = 1, crc = 2 }; ///< fold is the word "xor"

class SetIndex {
public:
  /// `sets` is a power of two.
  SetIndex(Index kind, std::size_t sets) noexcept
      : kind_(kind), bits_(static_cast<unsigned>(std::countr_zero(sets))) {}

  [[nodiscard]] std::size_t operator()(std::uint64_t page) const noexcept {
    const std::uint64_t va = page << kPageShift; // which those of index.hpp take
    switch (kind_) {
    case Index::mod:
      return ModIndex(bits_).set_of(va);
    case Index::fold:
      return XorIndex(bits_).set_of(va);
    case Index::crc:
      break;
    }
    return CrcIndex(bits_).set_of(va);
  }

private:
  Index kind_;
  unsigned bits_;
};

} // namespace vmperf::tlb
