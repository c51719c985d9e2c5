// The memory path of a virtual CPU: TLB, page table, guest memory.
//
//   va ──> Tlb::lookup ── hit ──────────────────────────────> pa ──> GuestMemory
//              └── miss ──> PageTable::walk (WalkCache) ──> Tlb::fill ──┘
//                               └── fault ──> PageFault(address, access, level, reason)
//
// The TLB gets what a page permits now: no write as long as the page is clean, so that the first
// store walks and sets the dirty bit. It is a template argument with lookup, fill, translate and
// flushes (tlb/soft_tlb.hpp has them), so that a hit is inlined. Every ASID may have a table of its
// own. Changes of tables reach the TLB and the caches by the flushes here alone.
// A hit O(1), a miss O(levels). One thread: an Mmu is a vCPU's; its TLB may be flushed by others.
// Source: Intel SDM vol. 3A, 4.10 (what caches of translations may keep).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

template <class Tlb> class Mmu {
public:
  struct Stats {
    std::uint64_t n_walks = 0; ///< misses of the TLB
    std::uint64_t n_refs = 0;  ///< table entries that they read
    std::uint64_t n_faults = 0;
  };

  /// All of them must live longer. Without a WalkCache every walk begins at the root.
  Mmu(PageTable &table, Tlb &tlb, WalkCache *cache = nullptr)
      : table_(&table), tlb_(&tlb), cache_(cache), memory_(&table.memory()) {
    for (unsigned shift = 12; shift < kept_.size(); ++shift) {
      kept_[shift] = kept_shift(shift);
    }
  }

  /// The table of one ASID, which all others do not see. InvalidArgumentError for
  /// a table of other memory. Flushes what the ASID had.
  void set_table(std::uint16_t asid, PageTable &table) {
    if (&table.memory() != memory_) {
      throw InvalidArgumentError("table", "of another memory", "one of the same memory");
    }
    if (asid >= tables_.size()) {
      tables_.resize(std::size_t{asid} + 1, nullptr);
    }
    tables_[asid] = &table;
    flush_asid(asid);
  }

  /// The physical address; PageFault where there is none.
  [[nodiscard, gnu::always_inline]] std::uint64_t
  lookup(std::uint64_t va, tlb::Access access = tlb::Access::read, std::uint16_t asid = 0) {
    return find(va, access, asid, 1);
  }

  /// The same for n addresses, without an exception: fault[i] says what is wrong, and pa[i] is
  /// tlb::kMiss then. Misses are walked together. The number of faults.
  std::size_t translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                        std::size_t n, tlb::Access access = tlb::Access::read,
                        std::uint16_t asid = 0);

  /// A walk and its fill, whatever the TLB has.
  Packed miss(std::uint64_t va, tlb::Access access, std::uint16_t asid) {
    const PageTable &table = table_of(asid);
    const Packed walked = table.walk_packed(va, purpose_of(access), cache_, asid);
    ++stats_.n_walks;
    stats_.n_refs += walked.refs();
    if (walked.fault() != tlb::Fault::none) [[unlikely]] {
      ++stats_.n_faults;
      return walked;
    }
    tlb::Translation found;
    walked.unpack(found);
    keep(va, found, asid);
    prefetch(table);
    return walked;
  }

  /// A scalar of the guest at a virtual address, also across pages. PageFault, and what GuestMemory
  /// throws; then nothing was written.
  template <guestmem::Scalar T> [[nodiscard]] T read(std::uint64_t va, std::uint16_t asid = 0) {
    if (crosses(va, sizeof(T))) [[unlikely]] {
      T value;
      this->read(va, std::as_writable_bytes(std::span<T>(&value, 1)), asid);
      return value;
    }
    return memory_->template read<T>(find(va, tlb::Access::read, asid, sizeof(T)));
  }
  template <guestmem::Scalar T> void write(std::uint64_t va, T value, std::uint16_t asid = 0) {
    if (crosses(va, sizeof(T))) [[unlikely]] {
      this->write(va, std::as_bytes(std::span<const T>(&value, 1)), asid);
      return;
    }
    memory_->write(find(va, tlb::Access::write, asid, sizeof(T)), value);
  }

  /// Any bytes. A fault in a later page leaves the pages before it read, but none written.
  void read(std::uint64_t va, std::span<std::byte> to, std::uint16_t asid = 0);
  void write(std::uint64_t va, std::span<const std::byte> from, std::uint16_t asid = 0);

  /// After a change of tables: everything; one ASID; a page; the pages that touch
  /// [lo, hi], `hi` being the last byte.
  void flush() {
    tlb_->flush();
    flush_caches([](WalkCache &cache) { cache.flush(); });
  }
  void flush_asid(std::uint16_t asid) {
    tlb_->flush_asid(asid);
    flush_caches([asid](WalkCache &cache) { cache.flush_asid(asid); });
  }
  void flush_page(std::uint64_t va, std::uint64_t size_bytes = kPageBytes, std::uint16_t asid = 0) {
    tlb_->flush_page(va, size_bytes, asid);
    flush_caches([asid](WalkCache &cache) { cache.flush_asid(asid); });
  }
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint16_t asid = 0) {
    tlb_->flush_range(lo, hi, asid);
    flush_caches([asid](WalkCache &cache) { cache.flush_asid(asid); });
  }

  [[nodiscard]] PageTable &table_of(std::uint16_t asid) const noexcept {
    return asid < tables_.size() && tables_[asid] != nullptr ? *tables_[asid] : *table_;
  }
  [[nodiscard]] Tlb &tlb() const noexcept { return *tlb_; }
  [[nodiscard]] guestmem::GuestMemory &memory() const noexcept { return *memory_; }
  [[nodiscard]] const Stats &stats() const noexcept { return stats_; }

private:
  static constexpr std::size_t kBlock = 256;
  static constexpr bool kHasLimits = requires(const Tlb &tlb, std::uint64_t va) {
    tlb.options().page_sizes;
    tlb.options().pa_bits;
    tlb.is_canonical(va);
  };
  // A TLB that takes a batch of pieces of 4 KiB as they are, whatever the pages' sizes.
  static constexpr bool kFillsAll =
      !kHasLimits && requires(Tlb &tlb, const std::uint64_t *va, const tlb::Translation *found) {
        tlb.fill_all(va, found, std::size_t{}, std::uint32_t{});
      };

  static bool crosses(std::uint64_t va, std::uint64_t size_bytes) noexcept {
    return (va & (kPageBytes - 1)) > kPageBytes - size_bytes;
  }

  [[gnu::always_inline]] std::uint64_t find(std::uint64_t va, tlb::Access access,
                                            std::uint16_t asid, std::uint64_t size_bytes) {
    const std::uint64_t pa = tlb_->lookup(va, access, asid);
    return pa != tlb::kMiss ? pa : walk(va, access, asid, size_bytes);
  }
  [[gnu::noinline]] std::uint64_t walk(std::uint64_t va, tlb::Access access, std::uint16_t asid,
                                       std::uint64_t size_bytes) {
    const Packed found = miss(va, access, asid);
    if (found.fault() != tlb::Fault::none) [[unlikely]] {
      tlb::Translation failed;
      found.unpack(failed);
      throw_fault(va, size_bytes, access, failed);
    }
    return found.pa;
  }
  // `found` is read only: a byte of it that were written would hold up whoever reads it as a whole.
  [[gnu::always_inline]] void keep(std::uint64_t va, const tlb::Translation &found,
                                   std::uint16_t asid) {
    if (found.fault != tlb::Fault::none) [[unlikely]] {
      return;
    }
    const std::uint8_t shift = kept_[found.page_shift];
    if (shift != found.page_shift) [[unlikely]] {
      tlb::Translation part = found;
      part.page_shift = shift;
      if (fits(va, part)) {
        tlb_->fill(va, part, asid);
      }
    } else if (fits(va, found)) [[likely]] {
      tlb_->fill(va, found, asid);
    }
  }
  // A page whose size the TLB does not have, as RISC-V's above 1 GiB, is kept as the largest part
  // of it that it has. 0: none.
  [[nodiscard]] std::uint8_t kept_shift(unsigned shift) const {
    std::uint8_t kept = shift > 30 ? 30 : static_cast<std::uint8_t>(shift);
    if constexpr (kHasLimits) {
      kept = 0;
      for (const std::uint64_t bytes : tlb_->options().page_sizes) {
        const auto size = static_cast<unsigned>(std::countr_zero(bytes));
        kept = size <= shift && size > kept ? static_cast<std::uint8_t>(size) : kept;
      }
    }
    return kept;
  }
  // What a TLB has no room for in its widths is translated and not kept.
  [[nodiscard]] bool fits(std::uint64_t va, const tlb::Translation &found) const noexcept {
    if constexpr (kHasLimits) {
      return found.page_shift != 0 && tlb_->is_canonical(va) &&
             found.pa >> tlb_->options().pa_bits == 0;
    }
    return true;
  }
  // What the TLB's prefetcher guessed, if it has one. Such a walk marks the page accessed, as one
  // that a CPU does ahead may.
  void prefetch(const PageTable &table) {
    const auto walk = [this, &table](std::uint64_t va, tlb::Access access, std::uint16_t asid) {
      return table.walk(va, purpose_of(access), cache_, asid);
    };
    if constexpr (requires(Tlb &tlb) { tlb.prefetch(walk); }) {
      tlb_->prefetch(walk);
    }
  }
  // A nested TLB knows no ASID of the guest and stays: who changes the second stage's table calls
  // SecondStage::flush(), and flush() here, as what this TLB holds went through it.
  template <class Flush> void flush_caches(const Flush &flush) {
    if (cache_ != nullptr) {
      flush(*cache_);
    }
  }

  PageTable *table_;
  Tlb *tlb_;
  WalkCache *cache_;
  guestmem::GuestMemory *memory_;
  std::vector<PageTable *> tables_;
  std::array<std::uint8_t, 64> kept_{};
  Stats stats_;
};

} // namespace vmperf::mmu

#include "vmperf/mmu/mmu.inl"
