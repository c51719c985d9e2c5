// The walk of a page table, for a format and a memory known to the compiler.
//
//   va   | index 4 | index 3 | index 2 | index 1 | offset |
//   root ──> table ──> table ──> table ──> leaf ──> page        each entry: present? reserved bits?
//                        └── large page ──> page                 permitted? mark A (and D)
//
// The order of checks is the manuals': canonical, present, reserved, permission, accessed and dirty.
// An entry is read once, as one atomic word, and what was checked is what is used; a mark is a
// compare-exchange that begins anew where the entry has changed meanwhile, so concurrent marks and
// edits lose nothing. Levels 1 to 5; O(levels) loads, one of them with a cache hit at level 2.
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
    Step step = begin(root, va);
    while (true) {
      if (step.table == nullptr) {
        return missing(step);
      }
      std::uint64_t &slot = step.table[index_of(va, step.level)];
      const std::uint64_t entry = load(slot);
      ++step.refs;
      switch (F::kind(entry, step.level)) {
      case Kind::absent:
        return Packed::stopped(tlb::Fault::not_present, step.level, step.refs);
      case Kind::reserved:
        return Packed::stopped(tlb::Fault::reserved_bit, step.level, step.refs);
      case Kind::leaf: {
        Packed out;
        if (finish(step, entry, va, purpose, out)) {
          return out;
        }
        break; // the entry has changed: look again
      }
      case Kind::table:
        if ((entry & rules_.reserved_table[step.level]) != 0 || step.level == 1) {
          return Packed::stopped(tlb::Fault::reserved_bit, step.level, step.refs);
        }
        descend(step, entry, va, purpose, root);
        break;
      }
    }
  }

  /// One entry, read as the atomic word that others may be changing.
  [[nodiscard, gnu::always_inline]] static std::uint64_t load(std::uint64_t &slot) noexcept {
    return std::atomic_ref<std::uint64_t>(slot).load(std::memory_order_relaxed);
  }

private:
  struct Step {
    std::uint64_t *table;
    std::uint64_t table_pa;
    std::uint64_t path;
    unsigned level;
    unsigned refs;
  };

  // The memory refused the table, or the entry, of this step, and says why.
  [[nodiscard]] Packed missing(const Step &step) noexcept {
    return memory_.missing(step.level, step.refs);
  }

  [[nodiscard, gnu::always_inline]] Step begin(const Root &root, std::uint64_t va) noexcept {
    if (root.cache != nullptr) {
      for (unsigned level = 2; level <= F::kLevels; ++level) {
        const WalkCache::Entry &entry = root.cache->at(level, va);
        if (entry.tag == WalkCache::tag(level, va, root.context)) {
          return {entry.table, entry.table_pa, entry.path, level - 1, 0};
        }
      }
    }
    return {memory_.table(root.pa), root.pa, F::kStart, F::kLevels, 0};
  }

  // To the table that an entry points to: null where there is none. Stays where the entry changed.
  [[gnu::always_inline]] void descend(Step &step, std::uint64_t entry, std::uint64_t va,
                                      Purpose purpose, const Root &root) noexcept {
    bool is_marked = true;
    if constexpr (F::kMarksTables) {
      const std::uint64_t marked = F::marked(entry, false, false);
      is_marked = marked == entry;
      if (!is_marked && purpose != Purpose::inspect) {
        const Change change = exchange(step, va, entry, marked);
        if (change != Change::done) {
          step.table = change == Change::refused ? nullptr : step.table;
          return;
        }
        is_marked = true;
      }
    }
    step.path = F::descend(step.path, entry);
    step.table_pa = F::table_pa(entry);
    step.table = memory_.table(step.table_pa);
    if (step.table != nullptr && root.cache != nullptr && is_marked) {
      root.cache->insert(step.level, va, root.context, step.table, step.path, step.table_pa);
    }
    --step.level;
  }

  // False where the entry changed while it was marked.
  [[gnu::always_inline]] bool finish(Step &step, std::uint64_t entry, std::uint64_t va,
                                     Purpose purpose, Packed &out) noexcept {
    if ((entry & rules_.reserved_leaf[step.level]) != 0) {
      out = Packed::stopped(tlb::Fault::reserved_bit, step.level, step.refs);
      return true;
    }
    const bool inspects = purpose == Purpose::inspect;
    if (!inspects) {
      const std::uint8_t needed = tlb::perm_of(static_cast<tlb::Access>(purpose));
      if ((rules_.full[F::rights(step.path, entry)] & needed) == 0) {
        out = Packed::stopped(tlb::Fault::protection, step.level, step.refs);
        return true;
      }
      const std::uint64_t marked = F::marked(entry, purpose == Purpose::write, true);
      if (marked != entry) {
        if (rules_.ad == AdUpdate::software) {
          out = Packed::stopped(tlb::Fault::access_flag, step.level, step.refs);
          return true;
        }
        const Change change = exchange(step, va, entry, marked);
        if (change == Change::refused) {
          out = missing(step);
          return true;
        }
        if (change == Change::raced) {
          return false;
        }
        entry = marked;
      }
    }
    const unsigned shift = shift_of(step.level);
    const auto &perms = inspects ? rules_.full : rules_.now;
    out = Packed::found(F::page_pa(entry, step.level) | (va & bits(0, shift)), shift,
                        perms[F::rights(step.path, entry)], F::global(step.path, entry), step.level,
                        step.refs);
    memory_.finish(out, purpose);
    return true;
  }

  enum class Change : std::uint8_t { done, raced, refused };

  // Replaces an entry, unless it has changed since it was read.
  Change exchange(const Step &step, std::uint64_t va, std::uint64_t entry,
                  std::uint64_t marked) noexcept {
    const std::uint64_t pa = step.table_pa + index_of(va, step.level) * sizeof(std::uint64_t);
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
