// The kernels behind translate(): many addresses at once over a table of packed words or of wide
// entries, chosen once for this CPU (src/isa/dispatch.cpp). A run of 8 addresses on one page is one
// probe; else 8 entries are loaded, transposed and compared together. Where a CPU gathers faster
// than it loads and unpacks, which some 50 us at first use find out, the kernel gathers.
// O(n); a kernel is a pure function of the table and the addresses; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vmperf::tlb {

/// What a kernel needs to know of a table: plain words, so that ISA units see no class.
struct BatchView {
  const void *cells;
  std::uint64_t set_mask;
  unsigned fold;          ///< set = (vpn ^ vpn >> fold) & set_mask; 63: nothing is folded in
  std::uint64_t tag_mask; ///< packed: of the shifted VA
  std::uint64_t mask;     ///< of what is compared, with the access's permission
  std::uint64_t key;      ///< of the ASID's context
  std::uint64_t global_key;
  unsigned ppn_bits; ///< packed
};

/// n addresses; pa, fault and misses as DirectTlb::translate() has them, misses counted from
/// `first`. Returns how many there were.
using BatchKernel = std::size_t(const BatchView &view, const std::uint64_t *va, std::uint64_t *pa,
                                std::uint8_t *fault, std::size_t n, std::uint32_t first,
                                std::uint32_t *misses);

/// What the words of an entry are compared with.
struct SweepWords {
  std::uint64_t first, second;
};
/// Empties the entries of n in which both words, under the masks, are as wanted, and returns how
/// many they were. The writers' locks are held; readers may look on.
using SweepKernel = std::size_t(void *cells, std::size_t n, SweepWords wanted, SweepWords masks);

/// Of the 8 words at `set`, which are a cache line, one that is as wanted under the mask; else 0.
using FindKernel = std::uint64_t(const void *set, std::uint64_t wanted, std::uint64_t mask);

struct BatchKernels {
  const char *name; ///< of the instruction set, for reports
  BatchKernel *packed;
  BatchKernel *wide;
  SweepKernel *sweep_packed; ///< of the second word nothing is asked
  SweepKernel *sweep_wide;
  FindKernel *find8;
  void (*clear)(void *cells, std::size_t bytes); ///< zeroes a multiple of 64 bytes, aligned so
};

/// Those of this CPU; the first call of all chooses (a TLB's constructor makes it).
[[nodiscard]] const BatchKernels &batch_kernels();

} // namespace vmperf::tlb
