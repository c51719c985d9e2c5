// A direct-mapped TLB of 4 KiB translations, the first level: one probe, and a hit is a few loads.
//
//   VA --index--> cell [ tag, context, permissions | PA ]      2^k cells, of one of the layouts
//                  |                                           PackedEntry, WideEntry,
//   ASID -> slot -> key = context, permissions                 SeqlockEntry, PrivateEntry
//
// A large page is kept in pieces of 4 KiB, each filled where it is touched; which 2 MiB of the
// address space had a fill since the last flush of all is remembered, so that flush_page() of a
// large page sweeps its (consecutive) sets only where there can be some.
// lookup: O(1), wait-free beside writers; a hit of the packed entry is 5 loads and some 25 more
// instructions, loop included. fill, flush, flush_asid: O(1), but that a fill that finds
// no context id left empties the table. flush_page, flush_range: O(pages), at most O(entries).
// Any thread may do anything, but for PrivateEntry, which is one thread's. Layouts, and what they
// are chosen for: README.md. Sources: QEMU accel/tcg/cputlb.c; Linux arch/arm64/mm/context.c (ids).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vmperf/tlb/batch.hpp"
#include "vmperf/tlb/batch_view.hpp"
#include "vmperf/tlb/context.hpp"
#include "vmperf/tlb/entry_packed.hpp"
#include "vmperf/tlb/entry_private.hpp"
#include "vmperf/tlb/entry_seqlock.hpp"
#include "vmperf/tlb/entry_wide.hpp"
#include "vmperf/tlb/evicted.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/region_marks.hpp"
#include "vmperf/tlb/stripe_locks.hpp"
#include "vmperf/tlb/table.hpp"
#include "vmperf/tlb/tlb_stats.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <class Entry, class Index = ModIndex> class DirectTlb {
  static_assert(Index::kInvertible || !Entry::kNeedsInvertible,
                "the tag of this entry leaves out what this index cannot give back");

public:
  using Layout = Entry;
  using index_type = Index;
  static constexpr bool kShared = Entry::kShared;
  static constexpr std::size_t kWays = 1;
  static constexpr std::uint32_t kDefaultAsids = 1U << 16U;

  /// entries: a power of two, 2^kLeastSetBits to 2^30. InvalidArgumentError else; CapacityError
  /// where there is no memory; UnsupportedError where the CPU does not have what the layout needs.
  explicit DirectTlb(std::size_t entries, std::uint32_t max_asids = kDefaultAsids);

  /// What a hot loop keeps in registers: where to look, and whose context. It stays good for the
  /// TLB's life, over flushes and clears. Copy it freely.
  class Context {
  public:
    template <Access kAccess>
    [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va) const noexcept;

  private:
    friend class DirectTlb;
    Context(const Entry::Cell *cells, Index index, Entry::Codec codec, const ContextSlot &slot,
            const Contexts<kShared> &contexts) noexcept
        : cells_(cells), index_(index), codec_(codec), slot_(&slot), contexts_(&contexts) {}
    template <Access kAccess>
    [[nodiscard]] static std::uint64_t lookup_global(Context context, std::uint64_t va) noexcept;

    const Entry::Cell *cells_;
    Index index_;
    Entry::Codec codec_;
    const ContextSlot *slot_;
    const Contexts<kShared> *contexts_;
  };
  /// An ASID of max_asids or more has no translation, and is given none.
  [[nodiscard]] Context context(std::uint32_t asid = 0) const noexcept;

  /// The PA of a byte, or kMiss. Of an instruction fetch the same with Access::execute.
  template <Access kAccess>
  [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va,
                                                         const Context &context) const noexcept {
    return context.template lookup<kAccess>(va);
  }
  [[nodiscard]] std::uint64_t lookup(std::uint64_t va, Access access,
                                     std::uint32_t asid = 0) const noexcept;

  using Ticket = tlb::Ticket;
  [[nodiscard]] Ticket ticket(std::uint64_t va, std::uint32_t asid = 0) noexcept;

  /// Keeps the 4 KiB of a translation that `va` lies in, in the place of what its set had. False
  /// where it is not kept: it does not fit the layout, permits nothing, or is a fault (an older one
  /// of the page goes all the same), or a flush came between. What was looked up while other
  /// threads may flush wants a ticket.
  bool fill(std::uint64_t va, const Translation &translation, std::uint32_t asid = 0,
            Evicted *evicted = nullptr) noexcept;
  bool fill(std::uint64_t va, const Translation &translation, const Ticket &ticket,
            Evicted *evicted = nullptr) noexcept;

  /// fill() for each of n translations that is no fault, under one taking of the locks.
  void fill_all(const std::uint64_t *va, const Translation *translations, std::size_t n,
                std::uint32_t asid = 0) noexcept;

  /// All translations, global ones too.
  void flush() noexcept;
  /// Those of an ASID, without the global ones.
  void flush_asid(std::uint32_t asid) noexcept;
  /// Those of the page of size_bytes (a power of two) that `va` lies in, of an ASID, and global
  /// ones.
  void flush_page(std::uint64_t va, std::uint64_t size_bytes, std::uint32_t asid = 0) noexcept;
  /// The same for all pages that touch [lo, hi]: `hi` is the last byte's address.
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint32_t asid = 0) noexcept;

  /// n addresses at once: pa[i], or kMiss; fault[i] 0 or Fault::miss; the indexes of the misses in
  /// order in misses[], their number returned. All four arrays have n elements (n < 2^32).
  std::size_t translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                        std::size_t n, Access access, std::uint32_t asid,
                        std::uint32_t *misses) const noexcept;

  [[nodiscard]] std::size_t entries() const noexcept { return table_.size(); }
  [[nodiscard]] std::uint32_t max_asids() const noexcept { return contexts_.max_asids(); }
  [[nodiscard]] TlbStats stats() const noexcept;
  /// For a victim TLB: the key of an ASID's context now; that of id 0, which nobody has, if none.
  [[nodiscard]] std::uint64_t key_of(std::uint32_t asid) const noexcept {
    return contexts_.current(contexts_.at(asid), contexts_.now());
  }
  [[nodiscard]] std::uint64_t global_key() const noexcept {
    return contexts_.current(contexts_.global(), contexts_.now());
  }

private:
  static constexpr std::uint64_t kRegionPages = std::uint64_t{1}
                                                << (RegionMarks::kRegionShift - kPageShift);
  struct Keys {
    std::uint64_t own, global;
  };

  template <Access kAccess>
  std::size_t translate_as(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                           std::size_t n, std::uint32_t asid, std::uint32_t *misses) const noexcept;
  [[nodiscard]] Ticket ticket_of(std::uint64_t va, ContextSlot &slot) noexcept;
  bool put(std::uint64_t va, const Translation &translation, const Ticket &ticket,
           Evicted *evicted) noexcept;
  bool put_locked(std::uint64_t set, std::uint64_t va, const Translation &translation,
                  const Ticket &ticket, Evicted *evicted) noexcept;
  [[nodiscard]] Evicted evicted_of(Entry::Value value, std::uint64_t set) const noexcept;
  void clear() noexcept;
  void drop(std::uint64_t set, std::uint64_t va, const Keys &keys) noexcept;
  void drop_pages(std::uint64_t first, std::uint64_t n_pages, std::uint32_t asid) noexcept;
  void drop_in_region(std::uint64_t page, std::uint64_t end, const Keys &keys) noexcept;
  void drop_where_in(std::uint64_t first, std::uint64_t n_pages, const Keys &keys) noexcept;

  Table<typename Entry::Cell> table_;
  unsigned set_bits_;
  Index index_;
  Entry::Codec codec_;
  Contexts<kShared> contexts_;
  StripeLocks<kShared> locks_;
  RegionMarks marks_;
  const BatchKernels *kernels_;
  Count fills_, evictions_, unfit_, flushes_all_, flushes_asid_, flushes_page_, flushes_range_,
      swept_, clears_;
};

} // namespace vmperf::tlb

#include "vmperf/tlb/direct_tlb.inl"
