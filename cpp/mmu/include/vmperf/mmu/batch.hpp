// Walks of many addresses at once, in two ways.
//
//   walk_batch     for each address: cached table of its 2 MiB ──> entry ──> translation; what
//                  has no cached table, no 4 KiB page or a mark missing takes the walk. Nothing
//                  depends on the address before, so that a CPU has a dozen loads in flight.
//   walk_lockstep  16 addresses, one level at a time, without a cache: memory latency is shared by
//                  the group, but all levels are read. The same way out.
//
// Budget of a hit in walk_batch: 3 loads of the cache's entry, 1 of the page table's, 1 of the
// permissions, 2 stores, some 25 instructions. O(n). Threads as Walker.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vmperf/mmu/walker.hpp"

namespace vmperf::mmu {

/// What is asked of a leaf of level 1 to need no further look: bits, and permissions.
template <class F> class QuickLeaf {
public:
  QuickLeaf(const Rules &rules, Purpose purpose) noexcept
      : perms_(purpose == Purpose::inspect ? rules.full.data() : rules.now.data()) {
    const bool inspects = purpose == Purpose::inspect;
    mask_ = (inspects ? F::kSeenMask : F::kUsedMask) | rules.reserved_leaf[1];
    value_ = inspects ? F::kSeenValue : F::kUsedValue;
    needed_ =
        inspects ? perms_of(true, true, true) : tlb::perm_of(static_cast<tlb::Access>(purpose));
  }
  /// Whether it is one, and then its translation.
  [[gnu::always_inline]] bool take(std::uint64_t path, std::uint64_t entry, std::uint64_t va,
                                   unsigned refs, Packed &out) const noexcept {
    const std::uint8_t perms = perms_[F::rights(path, entry)];
    if ((entry & mask_) != value_ || (perms & needed_) == 0) [[unlikely]] {
      return false;
    }
    out = Packed::found(F::page_pa(entry, 1) | (va & (kPageBytes - 1)), 12, perms,
                        F::global(path, entry), 1, refs);
    return true;
  }

private:
  const std::uint8_t *perms_;
  std::uint64_t mask_, value_;
  std::uint8_t needed_;
};

/// One walk, which is a probe and a load where the cache has the last table.
template <class F, class M>
Packed walk_one(M memory, const Rules &rules, const Root &root, std::uint64_t va,
                Purpose purpose) noexcept {
  if (root.cache != nullptr) {
    const WalkCache::Entry &known = root.cache->at(2, va);
    if (known.tag == WalkCache::tag(2, va, root.context)) [[likely]] {
      const std::uint64_t entry = Walker<F, M>::load(known.table[index_of(va, 1)]);
      if (Packed quickly; QuickLeaf<F>(rules, purpose).take(known.path, entry, va, 1, quickly))
          [[likely]] {
        memory.start();
        memory.finish(quickly, purpose);
        return quickly;
      }
    }
  }
  return Walker<F, M>(memory, rules).walk(root, va, purpose);
}

/// root.cache must be there.
template <class F, class M>
void walk_batch(M memory, const Rules &rules, const Root &root, const std::uint64_t *va,
                tlb::Translation *out, std::size_t n, Purpose purpose) noexcept {
  Walker<F, M> walker(memory, rules);
  const QuickLeaf<F> quick(rules, purpose);
  const WalkCache::View cache = root.cache->view(2);
  const std::uint64_t context = root.context;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t at = va[i];
    const WalkCache::Entry &known = cache.at(at >> shift_of(2));
    if (known.tag == WalkCache::tag(2, at, context)) [[likely]] {
      const std::uint64_t entry = Walker<F, M>::load(known.table[index_of(at, 1)]);
      if (Packed quickly; quick.take(known.path, entry, at, 1, quickly)) [[likely]] {
        memory.start();
        memory.finish(quickly, purpose);
        quickly.unpack(out[i]);
        continue;
      }
    }
    walker.walk(root, at, purpose).unpack(out[i]);
  }
}

template <class F, class M>
void walk_lockstep(M memory, const Rules &rules, const Root &root, const std::uint64_t *va,
                   tlb::Translation *out, std::size_t n, Purpose purpose) noexcept {
  constexpr std::size_t kLanes = 16;
  Walker<F, M> walker(memory, rules);
  const QuickLeaf<F> quick(rules, purpose);
  std::uint64_t *const top = memory.table(root.pa);
  std::array<std::uint64_t *, kLanes> tables;
  std::array<std::uint64_t, kLanes> paths;
  for (std::size_t first = 0; first < n; first += kLanes) {
    const std::size_t lanes = n - first < kLanes ? n - first : kLanes;
    for (std::size_t i = 0; i < lanes; ++i) {
      tables[i] = F::canonical(va[first + i]) ? top : nullptr;
      paths[i] = F::kStart;
    }
    for (unsigned level = F::kLevels; level > 1; --level) {
      for (std::size_t i = 0; i < lanes; ++i) {
        if (tables[i] == nullptr) {
          continue;
        }
        const std::uint64_t entry = Walker<F, M>::load(tables[i][index_of(va[first + i], level)]);
        const bool plain = F::kind(entry, level) == Kind::table &&
                           (entry & rules.reserved_table[level]) == 0 &&
                           F::marked(entry, false, false) == entry;
        paths[i] = F::descend(paths[i], entry);
        tables[i] = plain ? memory.table(F::table_pa(entry)) : nullptr;
      }
    }
    for (std::size_t i = 0; i < lanes; ++i) {
      const std::uint64_t at = va[first + i];
      Packed result;
      if (tables[i] != nullptr &&
          quick.take(paths[i], Walker<F, M>::load(tables[i][index_of(at, 1)]), at, F::kLevels,
                     result)) {
        memory.start();
        memory.finish(result, purpose);
      } else {
        result = walker.walk(root, at, purpose);
      }
      result.unpack(out[first + i]);
    }
  }
}

} // namespace vmperf::mmu
