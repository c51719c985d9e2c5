// A set-associative first level of packed words: a page has one set of 4 or 8 ways, and a set is
// half a cache line or a whole one.
//
//   VA --index--> set [ word | word | word | word ]    each word as in entry_packed.hpp
//
// All ways are compared, by a compare and a conditional move each (4), or by one vector compare
// behind a pointer where the CPU has AVX-512 (8). Each word is read by one load, and what is found
// is that word, so that no reader sees half of a write. Fills take the page's own way, else an
// empty one, else the next in turn (FIFO); other policies have models of their own.
// The API, its complexity and its threads are those of DirectTlb. The tag has fewer index bits
// to leave out than a direct-mapped one, so that PAs are below 2^36 (kPpnBits = 24).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vmperf/tlb/batch.hpp"
#include "vmperf/tlb/context.hpp"
#include "vmperf/tlb/entry_packed.hpp"
#include "vmperf/tlb/evicted.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/stripe_locks.hpp"
#include "vmperf/tlb/table.hpp"
#include "vmperf/tlb/tlb_stats.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <std::size_t kWaysOfSet, class Index = ModIndex> class WaysTlb {
  static_assert(kWaysOfSet == 4 || kWaysOfSet == 8);
  static_assert(Index::kInvertible);

public:
  using Entry = PackedEntry<24>;
  using Layout = Entry;
  using index_type = Index;
  static constexpr bool kShared = true;
  static constexpr std::size_t kWays = kWaysOfSet;
  static constexpr std::uint32_t kDefaultAsids = 1U << 16U;

  /// entries: kWays times a power of two of sets. Errors as of DirectTlb.
  explicit WaysTlb(std::size_t entries, std::uint32_t max_asids = kDefaultAsids);

  class Context {
  public:
    template <Access kAccess>
    [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va) const noexcept;

  private:
    friend class WaysTlb;
    explicit Context(const WaysTlb &tlb, const ContextSlot &slot) noexcept
        : words_(tlb.table_.data()), index_(tlb.index_), codec_(tlb.codec_), slot_(&slot),
          contexts_(&tlb.contexts_), find_(tlb.kernels_->find8) {}
    template <Access kAccess>
    [[nodiscard]] static std::uint64_t lookup_global(Context context, std::uint64_t va) noexcept;
    template <Access kAccess>
    [[nodiscard, gnu::always_inline]] std::uint64_t find(std::uint64_t va,
                                                         std::uint64_t key) const noexcept;

    const Entry::Cell *words_;
    Index index_;
    Entry::Codec codec_;
    const ContextSlot *slot_;
    const Contexts<kShared> *contexts_;
    FindKernel *find_;
  };
  [[nodiscard]] Context context(std::uint32_t asid = 0) const noexcept {
    return Context(*this, contexts_.at(asid));
  }

  template <Access kAccess>
  [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va,
                                                         const Context &context) const noexcept {
    return context.template lookup<kAccess>(va);
  }
  [[nodiscard]] std::uint64_t lookup(std::uint64_t va, Access access,
                                     std::uint32_t asid = 0) const noexcept;

  using Ticket = tlb::Ticket;
  [[nodiscard]] Ticket ticket(std::uint64_t va, std::uint32_t asid = 0) noexcept;
  bool fill(std::uint64_t va, const Translation &translation, std::uint32_t asid = 0,
            Evicted *evicted = nullptr) noexcept;
  bool fill(std::uint64_t va, const Translation &translation, const Ticket &ticket,
            Evicted *evicted = nullptr) noexcept;

  void flush() noexcept;
  void flush_asid(std::uint32_t asid) noexcept;
  void flush_page(std::uint64_t va, std::uint64_t size_bytes, std::uint32_t asid = 0) noexcept;
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint32_t asid = 0) noexcept;

  std::size_t translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                        std::size_t n, Access access, std::uint32_t asid,
                        std::uint32_t *misses) const noexcept;

  [[nodiscard]] std::size_t entries() const noexcept { return table_.size(); }
  [[nodiscard]] std::uint32_t max_asids() const noexcept { return contexts_.max_asids(); }
  [[nodiscard]] TlbStats stats() const noexcept;
  [[nodiscard]] std::uint64_t key_of(std::uint32_t asid) const noexcept {
    return contexts_.current(contexts_.at(asid), contexts_.now());
  }
  [[nodiscard]] std::uint64_t global_key() const noexcept {
    return contexts_.current(contexts_.global(), contexts_.now());
  }

private:
  [[nodiscard]] Ticket ticket_of(std::uint64_t va, ContextSlot &slot) noexcept;
  bool put(std::uint64_t va, const Translation &translation, const Ticket &ticket,
           Evicted *evicted) noexcept;
  [[nodiscard]] std::size_t way_for(std::uint64_t set) noexcept;
  std::size_t drop(std::uint64_t va, std::uint64_t key, std::uint64_t global) noexcept;
  void clear() noexcept;

  unsigned set_bits_;
  Table<Entry::Cell> table_;
  Index index_;
  Entry::Codec codec_;
  Contexts<kShared> contexts_;
  StripeLocks<kShared> locks_;
  std::unique_ptr<std::uint8_t[]> hands_; // NOLINT(*-c-arrays)
  ///< of each set the way that is next, under its lock
  const BatchKernels *kernels_;
  Count fills_, evictions_, unfit_, flushes_all_, flushes_asid_, flushes_page_, flushes_range_,
      swept_, clears_;
};

} // namespace vmperf::tlb

#include "vmperf/tlb/ways_tlb.inl"
