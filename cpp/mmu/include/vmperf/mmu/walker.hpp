// The walk of a page table, for a format and a memory known to the compiler.
//
//   va   | index 4 | index 3 | index 2 | index 1 | offset |
//   root ──> table ──> table ──> table ──> leaf ──> page        each entry: present? reserved bits?
//                        └── large page ──> page                 permitted? mark A (and D)
//
// The order of checks is the manuals': canonical, present, reserved, permission, accessed and
// dirty. An entry is read once, as one atomic word, and what was checked is what is used; a mark is
// a compare-exchange that begins anew where the entry has changed meanwhile, so concurrent marks
// and edits lose nothing. Levels 1 to 5; O(levels) loads, one of them with a cache hit at level 2.
// Any thread, where each has its own WalkCache.
// Sources: those of the formats.
#pragma once

#include <atomic>
#include <cstdint>

#include "vmperf/mmu/packed.hpp"
#include "vmperf/mmu/table_memory.hpp"
#include "vmperf/mmu/walk_cache.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::mmu {

/// What a walk begins with.
struct Root {
  std::uint64_t pa = 0;       ///< of the top table
  WalkCache *cache = nullptr; ///< may be none
  std::uint64_t context = 0;  ///< WalkCache::context() of the table
};

template <class F, class M> class Walker {
public:
  Walker(const M &memory, const Rules &rules) noexcept : memory_(memory), rules_(rules) {}

  /// Never throws: what is wrong is its fault, with the level where.
  [[nodiscard]] Packed walk(const Root &root, std::uint64_t va, Purpose purpose) noexcept {
    if (!F::canonical(va)) {
      return Packed::stopped(tlb::Fault::non_canonical, 0, 0);
    }
    memory_.start();
    const Asked asked{root, va, purpose};
    return root.cache == nullptr ? from_root(asked) : from_cache<2>(asked);
  }

  /// One entry, read as the atomic word that others may be changing.
  [[nodiscard, gnu::always_inline]] static std::uint64_t load(std::uint64_t &slot) noexcept {
    return std::atomic_ref<std::uint64_t>(slot).load(std::memory_order_relaxed);
  }

private:
  enum class Change : std::uint8_t { done, raced, refused };
  struct Asked {
    const Root &root;
    std::uint64_t va;
    Purpose purpose;
  };
  struct Table {
    std::uint64_t *entries; ///< null where the guest has no memory
    std::uint64_t pa, path;
    unsigned refs; ///< before this one is read
  };

  Packed from_root(const Asked &asked) noexcept {
    return step<F::kLevels>(asked, {memory_.table(asked.root.pa), asked.root.pa, F::kStart, 0});
  }
  // From the lowest table that the cache has.
  template <unsigned kLevel> Packed from_cache(const Asked &asked) noexcept {
    if constexpr (kLevel > F::kLevels) {
      return from_root(asked);
    } else {
      const WalkCache::Entry &known = asked.root.cache->at(kLevel, asked.va);
      if (known.tag == WalkCache::tag(kLevel, asked.va, asked.root.context)) {
        return step<kLevel - 1>(asked, {known.table, known.table_pa, known.path, 0});
      }
      return from_cache<kLevel + 1>(asked);
    }
  }

  // One entry, of a table of a level that the compiler knows: all shifts and masks are constants.
  template <unsigned kLevel> Packed step(const Asked &asked, const Table &table) noexcept {
    if (table.entries == nullptr) {
      return memory_.missing(kLevel, table.refs);
    }
    const std::uint64_t number = index_of(asked.va, kLevel);
    const std::uint64_t pa = table.pa + number * sizeof(std::uint64_t);
    const unsigned refs = table.refs + 1;
    while (true) { // again where the entry changed while it was marked
      const std::uint64_t entry = load(table.entries[number]);
      const Kind kind = F::kind(entry, kLevel);
      if (kind == Kind::absent) {
        return Packed::stopped(tlb::Fault::not_present, kLevel, refs);
      }
      const auto &reserved = kind == Kind::leaf ? rules_.reserved_leaf : rules_.reserved_table;
      if (kind == Kind::reserved || (entry & reserved[kLevel]) != 0) {
        return Packed::stopped(tlb::Fault::reserved_bit, kLevel, refs);
      }
      Change change = Change::done;
      if (kind == Kind::leaf) {
        const Packed result = leaf<kLevel>(asked, table.path, entry, pa, refs, change);
        if (change == Change::done) {
          return result;
        }
      } else {
        const bool is_marked = mark_table(asked, entry, pa, change);
        if (change == Change::done) {
          return below<kLevel>(asked, table.path, entry, refs, is_marked);
        }
      }
      if (change == Change::refused) {
        return memory_.missing(kLevel, refs);
      }
    }
  }

  // The CPU marks the entries of tables, too, where F says so. False: it is not, nor shall it be.
  bool mark_table(const Asked &asked, std::uint64_t entry, std::uint64_t pa,
                  Change &change) noexcept {
    if constexpr (F::kMarksTables) {
      const std::uint64_t marked = F::marked(entry, false, false);
      if (marked != entry) [[unlikely]] {
        if (asked.purpose == Purpose::inspect) {
          return false;
        }
        change = exchange(pa, entry, marked);
      }
    }
    return true;
  }

  template <unsigned kLevel>
  Packed below(const Asked &asked, std::uint64_t path, std::uint64_t entry, unsigned refs,
               bool is_marked) noexcept {
    if constexpr (kLevel > 1) { // no format has a table's entry at level 1
      const std::uint64_t pa = F::table_pa(entry);
      const Table next{memory_.table(pa), pa, F::descend(path, entry), refs};
      if (asked.root.cache != nullptr && next.entries != nullptr && is_marked) {
        asked.root.cache->insert(kLevel, asked.va, asked.root.context, next.entries, next.path, pa);
      }
      return step<kLevel - 1>(asked, next);
    } else {
      return Packed::stopped(tlb::Fault::reserved_bit, kLevel, refs);
    }
  }

  template <unsigned kLevel>
  Packed leaf(const Asked &asked, std::uint64_t path, std::uint64_t entry, std::uint64_t pa,
              unsigned refs, Change &change) noexcept {
    const bool inspects = asked.purpose == Purpose::inspect;
    if (!inspects) {
      const std::uint8_t needed = tlb::perm_of(static_cast<tlb::Access>(asked.purpose));
      if ((rules_.full[F::rights(path, entry)] & needed) == 0) {
        return Packed::stopped(tlb::Fault::protection, kLevel, refs);
      }
      const std::uint64_t marked = F::marked(entry, asked.purpose == Purpose::write, true);
      if (marked != entry) [[unlikely]] {
        if (rules_.ad == AdUpdate::software) {
          return Packed::stopped(tlb::Fault::access_flag, kLevel, refs);
        }
        change = exchange(pa, entry, marked);
        entry = marked;
      }
    }
    constexpr unsigned kShift = shift_of(kLevel);
    const auto &perms = inspects ? rules_.full : rules_.now;
    Packed result =
        Packed::found(F::page_pa(entry, kLevel) | (asked.va & bits(0, kShift)), kShift,
                      perms[F::rights(path, entry)], F::global(path, entry), kLevel, refs);
    if (change == Change::done) {
      memory_.finish(result, asked.purpose);
    }
    return result;
  }

  // Replaces an entry, unless it has changed since it was read.
  [[gnu::noinline]] Change exchange(std::uint64_t pa, std::uint64_t entry,
                                    std::uint64_t marked) noexcept {
    std::uint64_t *slot = memory_.writable(pa);
    if (slot == nullptr) {
      return Change::refused;
    }
    if (!std::atomic_ref<std::uint64_t>(*slot).compare_exchange_strong(
            entry, marked, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      return Change::raced;
    }
    memory_.mark(pa);
    return Change::done;
  }

  M memory_;
  const Rules &rules_;
};

} // namespace vmperf::mmu
