// The second stage of a nested walk: guest-physical addresses go through a table of their own.
//
//   gva ──> guest's entry 4 ──> 3 ──> 2 ──> 1 ──> gpa      each arrow, and the last gpa, is
//              │ gpa            │     │     │      │        itself a walk of the second table:
//            4 refs           4 refs  ...          4 refs   4 x (4 + 1) + 4 = 24 references
//
// The nested TLB keeps guest page -> host page, so that a warm walk has four, one of them with a
// WalkCache. It is direct-mapped:
//   entry   [ gpn << 12 | generation | host pa | host address | shift, perms ]   32 bytes
// A flush is a new generation, O(1); every 4095th clears. 0 entries keeps nothing.
// One thread: it is a vCPU's, as its caches are.
// Source: Bhargava et al., "Accelerating two-dimensional page walks for virtualized systems",
// ASPLOS 2008; Intel SDM vol. 3C, 29.3 (EPT), AMD APM vol. 2, 15.25 (nested paging).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/guestmem/guest_memory.hpp"
#include "vmperf/mmu/mode.hpp"
#include "vmperf/mmu/packed.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::mmu {

class PageTable;

class SecondStage {
public:
  struct Entry {
    std::uint64_t tag = 0; ///< 0: none
    std::uint64_t host_pa = 0;
    std::byte *host = nullptr; ///< of the page; null where there is no memory
    std::uint8_t shift = 12, perms = 0;
  };
  struct Stats {
    std::uint64_t n_walks = 0, n_flushes = 0;
  };

  /// `table` maps guest-physical to host-physical addresses and must live longer. entries is 0 or a
  /// power of two up to 2^20; a table that is itself nested is refused: InvalidArgumentError.
  explicit SecondStage(PageTable &table, std::size_t entries = 1024);

  /// The page of a guest-physical address for a purpose, good until the next call; where there is
  /// none null, and the failed translation with stage 2. `refs` grows by what the walk read.
  [[nodiscard, gnu::always_inline]] const Entry *find(std::uint64_t gpa, Purpose purpose,
                                                      Packed &failed, unsigned &refs) {
    const Entry &known = entries_[(gpa >> 12U) & mask_];
    const auto needed = static_cast<std::uint8_t>(1U << static_cast<unsigned>(purpose));
    if (known.tag == tag(gpa) && (known.perms & needed) != 0) [[likely]] {
      return &known;
    }
    return walk(gpa, purpose, failed, refs);
  }

  void flush() noexcept;
  [[nodiscard]] PageTable &table() const noexcept { return *table_; }
  [[nodiscard]] guestmem::GuestMemory &memory() const noexcept { return *memory_; }
  [[nodiscard]] std::size_t entries() const noexcept { return keeps_ ? entries_.size() : 0; }
  [[nodiscard]] const Stats &stats() const noexcept { return stats_; }

private:
  static constexpr std::uint64_t kGenerations = 4096;

  [[nodiscard]] std::uint64_t tag(std::uint64_t gpa) const noexcept {
    return (gpa & ~(kGenerations - 1)) | generation_;
  }
  const Entry *walk(std::uint64_t gpa, Purpose purpose, Packed &failed, unsigned &refs);

  PageTable *table_;
  guestmem::GuestMemory *memory_;
  std::vector<Entry> entries_;
  std::uint64_t mask_;
  std::uint64_t generation_ = 1;
  bool keeps_;
  Entry passing_; // what is not kept
  Stats stats_;
};

/// The memory of a guest's walker: see table_memory.hpp. One of these is one walk's.
class SecondStageMemory {
public:
  SecondStageMemory(SecondStage &stage, Purpose purpose) noexcept
      : stage_(&stage), looks_(purpose == Purpose::inspect) {}

  void start() noexcept { refs_ = 0; }
  [[nodiscard]] std::uint64_t *table(std::uint64_t gpa) {
    return entries(gpa & ~std::uint64_t{4095}, looks_ ? Purpose::inspect : Purpose::read);
  }
  [[nodiscard]] std::uint64_t *writable(std::uint64_t gpa) {
    std::uint64_t *entry = entries(gpa, Purpose::write);
    if (entry == nullptr ||
        stage_->memory().host(host_pa_, 8, guestmem::Access::write) != nullptr) {
      return entry;
    }
    failed_ = Packed::stopped(tlb::Fault::bus, 0, 0);
    return nullptr;
  }
  void mark(std::uint64_t /*gpa*/) const { stage_->memory().mark_dirty(host_pa_, 8); }
  [[nodiscard]] Packed missing(unsigned level, unsigned refs) const noexcept {
    return Packed::stopped(failed_.fault(), failed_.stage() == 1 ? level : failed_.level(),
                           refs + refs_, failed_.stage());
  }
  /// The guest's page through the second stage: its address, size and what both permit.
  void finish(Packed &found, Purpose purpose) {
    const unsigned level = found.level();
    const SecondStage::Entry *page = stage_->find(found.pa, purpose, failed_, refs_);
    if (page == nullptr) {
      found = missing(level, found.refs());
      return;
    }
    found = Packed::found(page->host_pa | (found.pa & 4095U),
                          page->shift < found.shift() ? page->shift : found.shift(),
                          static_cast<std::uint8_t>(found.perms() & page->perms), found.global(),
                          level, found.refs() + refs_);
  }

private:
  std::uint64_t *entries(std::uint64_t gpa, Purpose purpose) {
    const SecondStage::Entry *page = stage_->find(gpa, purpose, failed_, refs_);
    if (page == nullptr) {
      return nullptr;
    }
    host_pa_ = page->host_pa | (gpa & 4095U);
    if (page->host == nullptr) {
      failed_ = Packed::stopped(tlb::Fault::bus, 0, 0);
      return nullptr;
    }
    return reinterpret_cast<std::uint64_t *>(page->host + (gpa & 4095U));
  }

  SecondStage *stage_;
  bool looks_;
  unsigned refs_ = 0;
  std::uint64_t host_pa_ = 0;
  Packed failed_;
};

} // namespace vmperf::mmu
