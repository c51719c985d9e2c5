// Where a walk reads tables: in guest memory as it is. A walker asks its memory, as a template
// argument, for these things; SecondStageMemory (second_stage.hpp) is the other kind.
//
//   start()           of each walk
//   table(pa)         the 512 entries of a table, or null where the guest has no memory
//   writable(pa)      one entry that is to be changed, or null; mark(pa) says that it was
//   finish(t, ...)    what is left to do once the leaf is found: nothing, here
//
// O(1). As thread-safe as GuestMemory: any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/mmu/packed.hpp"
#include "vmperf/mmu/rules.hpp"

namespace vmperf::mmu {

class FlatMemory {
public:
  /// `base` is memory.host_base(): with it the address of the next table is one sum, and whether it
  /// is memory is a question that no load waits for.
  FlatMemory(guestmem::GuestMemory &memory, std::byte *base) noexcept
      : memory_(&memory), base_(base) {}

  [[nodiscard, gnu::always_inline]] std::uint64_t *table(std::uint64_t pa) const noexcept {
    std::byte *host = memory_->host(pa, kPageBytes, guestmem::Access::read);
    if (base_ != nullptr && host != nullptr) [[likely]] {
      host = base_ + pa;
    }
    return entries(host);
  }
  [[nodiscard]] std::uint64_t *writable(std::uint64_t pa) const noexcept {
    return entries(memory_->host(pa, sizeof(std::uint64_t), guestmem::Access::write));
  }
  void mark(std::uint64_t pa) const noexcept { memory_->mark_dirty(pa, sizeof(std::uint64_t)); }

  /// What a failed table() or writable() means at a level, after so many references.
  [[nodiscard]] static Packed missing(unsigned level, unsigned refs) noexcept {
    return Packed::stopped(tlb::Fault::bus, level, refs);
  }
  [[gnu::always_inline]] void start() const noexcept {}
  [[gnu::always_inline]] void finish(Packed & /*found*/, Purpose /*purpose*/) const noexcept {}

private:
  static std::uint64_t *entries(std::byte *host) noexcept {
    return reinterpret_cast<std::uint64_t *>(host);
  }

  guestmem::GuestMemory *memory_;
  std::byte *base_;
};

} // namespace vmperf::mmu
