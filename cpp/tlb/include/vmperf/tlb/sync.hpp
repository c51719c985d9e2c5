// How a first level is safe beside a writer: by the layout of its entries. Plain values.
//   packed     one 64-bit word, for VAs of 48 and PAs of 40 bits       entry_packed.hpp
//   atomic16   one 16-byte vector load, where the CPU has it           entry_wide.hpp
//   seqlock    a counter around the contents                           entry_seqlock.hpp
//   owned      not at all: the word is "private"                       entry_private.hpp
#pragma once

#include <cstdint>

namespace vmperf::tlb {

enum class Sync : std::uint8_t { automatic, packed, atomic16, seqlock, owned };

} // namespace vmperf::tlb
