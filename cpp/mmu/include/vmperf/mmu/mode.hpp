// How memory is asked for: the CPU's mode, as far as page tables look at it, and who keeps the
// accessed and dirty bits. Plain values: thread-safe.
// Sources: Intel SDM vol. 3A, 4.6 (access rights); RISC-V privileged ISA 1.12, 4.3.2 (SUM, MXR,
// Svadu); Arm ARM DDI 0487, D8.4 (PAN, PXN, hardware management of the access flag).
#pragma once

#include <cstdint>

#include "vmperf/tlb/translation.hpp"

namespace vmperf::mmu {

/// What the registers of control say. A format reads those of its own architecture.
struct Mode {
  bool user = false; ///< CPL 3, U, EL0
  bool wp = true;    ///< x86 CR0.WP: the supervisor obeys read-only pages, too
  bool nxe = true;   ///< x86 EFER.NXE; without it bit 63 of an entry is reserved
  bool smep = false; ///< x86 CR4.SMEP: the supervisor executes no user page
  bool smap = false; ///< x86 CR4.SMAP: the supervisor reads and writes no user page ...
  bool ac = false;   ///< x86 EFLAGS.AC: ... but may now
  bool sum = false;  ///< RISC-V sstatus.SUM: the supervisor may read and write user pages
  bool mxr = false;  ///< RISC-V sstatus.MXR: what may be executed may be read
  bool pan = false;  ///< AArch64 PSTATE.PAN: EL1 reads and writes no page that EL0 may

  friend bool operator==(const Mode &, const Mode &) = default;
};

/// Who sets the accessed and dirty bits of an entry.
enum class AdUpdate : std::uint8_t {
  hardware, ///< the walk, by compare-exchange (x86; RISC-V Svadu; AArch64 HA and HD)
  software, ///< the guest: where they are clear, the walk is Fault::access_flag. Not on x86
};

/// What a walk is for. The first three are tlb::Access: they are checked, and mark the entries.
enum class Purpose : std::uint8_t {
  read = 0,
  write = 1,
  execute = 2,
  inspect = 3, ///< looks alone: nothing is checked but the tables themselves, nothing is marked
};

[[nodiscard]] constexpr Purpose purpose_of(tlb::Access access) noexcept {
  return static_cast<Purpose>(access);
}

/// What a mapping is made with: bits of PageTable::map()'s flags.
namespace flags {
inline constexpr std::uint32_t kRead = 1, kWrite = 2, kExecute = 4, kUser = 8, kGlobal = 16,
                               kAccessed = 32, kDirty = 64, kAll = 127;
} // namespace flags

} // namespace vmperf::mmu
