// Changes of a page table's entries, for a format known to the compiler. Each is one atomic word,
// so that a walk beside it sees the entry before or after, and keeps the marks that walks set. A
// table is linked in after it is filled. One thread changes a table at a time.
#pragma once

#include <atomic>

#include "vmperf/base/error.hpp"
#include "vmperf/mmu/page_table.hpp"

namespace vmperf::mmu {

template <class F> class Editor {
public:
  explicit Editor(PageTable &table) noexcept : table_(table) {}

  void map(std::uint64_t va, std::uint64_t pa, unsigned level, std::uint32_t how, std::uint64_t n) {
    const std::uint64_t page = span(level);
    if (is_mapped(table_.root_, F::kLevels, va, va + (n * page - 1))) {
      throw InvalidArgumentError("va", std::to_string(va), "a range in which nothing is mapped");
    }
    std::uint64_t done = 0;
    try {
      for (; done < n; ++done) {
        const std::uint64_t at = slot_for(va + done * page, level);
        store(at, F::encode_leaf(pa + done * page, level, how, table_.options_.ad));
      }
    } catch (...) {
      if (done != 0) {
        unmap(table_.root_, F::kLevels, va, va + (done * page - 1));
      }
      throw;
    }
  }

  std::uint64_t unmap(std::uint64_t va, std::uint64_t last) {
    return unmap(table_.root_, F::kLevels, va, last);
  }
  std::uint64_t protect(std::uint64_t va, std::uint64_t last, std::uint32_t how) {
    how &= ~(flags::kAccessed | flags::kDirty);
    return each_leaf(table_.root_, F::kLevels, va, last,
                     [&](std::uint64_t at, unsigned level) { reprotect(at, level, how); });
  }

private:
  static constexpr std::uint64_t span(unsigned level) noexcept {
    return std::uint64_t{1} << shift_of(level);
  }
  [[nodiscard]] std::atomic_ref<std::uint64_t> word(std::uint64_t at) const {
    return std::atomic_ref<std::uint64_t>(*table_.entry_at(at));
  }
  [[nodiscard]] std::uint64_t load(std::uint64_t at) const {
    return word(at).load(std::memory_order_relaxed);
  }
  void store(std::uint64_t at, std::uint64_t entry) {
    word(at).store(entry, std::memory_order_release);
    table_.mark(at);
  }
  static std::uint64_t slot(std::uint64_t table, std::uint64_t va, unsigned level) noexcept {
    return table + index_of(va, level) * sizeof(std::uint64_t);
  }

  // Visits (entry's pa, entry, first byte, last byte) of a table's entries in a range.
  template <class Visit>
  void each_entry(std::uint64_t table, unsigned level, std::uint64_t va, std::uint64_t last,
                  Visit &&visit) {
    while (true) {
      const std::uint64_t end = va | (span(level) - 1);
      const std::uint64_t stop = end < last ? end : last;
      visit(slot(table, va, level), va, stop);
      if (stop == last) {
        return;
      }
      va = stop + 1;
    }
  }

  // Whether a range holds a leaf, or an entry that is nothing at all.
  bool is_mapped(std::uint64_t table, unsigned level, std::uint64_t va, std::uint64_t last) {
    bool found = false;
    each_entry(table, level, va, last, [&](std::uint64_t at, std::uint64_t lo, std::uint64_t hi) {
      const std::uint64_t entry = load(at);
      const Kind kind = F::kind(entry, level);
      found =
          found || kind == Kind::leaf || kind == Kind::reserved ||
          (kind == Kind::table && level > 1 && is_mapped(F::table_pa(entry), level - 1, lo, hi));
    });
    return found;
  }

  // The place of the leaf of va at `level`, with the tables above it. An empty table that lies
  // there is taken back.
  std::uint64_t slot_for(std::uint64_t va, unsigned level) {
    std::uint64_t table = table_.root_;
    for (unsigned above = F::kLevels; above > level; --above) {
      const std::uint64_t at = slot(table, va, above);
      const std::uint64_t entry = load(at);
      if (F::kind(entry, above) == Kind::table) {
        table = F::table_pa(entry);
        continue;
      }
      table = table_.allocate_table();
      store(at, F::encode_table(table));
    }
    const std::uint64_t at = slot(table, va, level);
    const std::uint64_t old = load(at);
    if (level > 1 && F::kind(old, level) == Kind::table) {
      store(at, 0);
      release(F::table_pa(old), level - 1);
    }
    return at;
  }

  void release(std::uint64_t table, unsigned level) {
    for (std::uint64_t i = 0; level > 1 && i < 512; ++i) {
      const std::uint64_t entry = load(table + i * sizeof(std::uint64_t));
      if (F::kind(entry, level) == Kind::table) {
        release(F::table_pa(entry), level - 1);
      }
    }
    table_.free_table(table);
  }

  // Calls change(entry's pa, level) for each leaf in a range, split where it is partly in it; the
  // bytes of them.
  template <class Change>
  std::uint64_t each_leaf(std::uint64_t table, unsigned level, std::uint64_t va, std::uint64_t last,
                          const Change &change) {
    std::uint64_t bytes = 0;
    each_entry(table, level, va, last, [&](std::uint64_t at, std::uint64_t lo, std::uint64_t hi) {
      std::uint64_t entry = load(at);
      Kind kind = F::kind(entry, level);
      if (kind == Kind::leaf && hi - lo != span(level) - 1) {
        entry = split(at, entry, level);
        kind = Kind::table;
      }
      if (kind == Kind::leaf) {
        change(at, level);
        bytes += hi - lo + 1;
      } else if (kind == Kind::table && level > 1) {
        bytes += each_leaf(F::table_pa(entry), level - 1, lo, hi, change);
      }
    });
    return bytes;
  }

  std::uint64_t unmap(std::uint64_t table, unsigned level, std::uint64_t va, std::uint64_t last) {
    return each_leaf(table, level, va, last,
                     [&](std::uint64_t at, unsigned /*level*/) { store(at, 0); });
  }

  // A table of the level below in a large page's place. Marks set meanwhile begin it anew.
  std::uint64_t split(std::uint64_t at, std::uint64_t leaf, unsigned level) {
    const std::uint64_t below = table_.allocate_table();
    const std::uint64_t entry = F::encode_table(below);
    while (true) {
      for (std::uint64_t i = 0; i < 512; ++i) {
        store(below + i * sizeof(std::uint64_t), F::split(leaf, level, i));
      }
      if (word(at).compare_exchange_strong(leaf, entry, std::memory_order_acq_rel)) {
        table_.mark(at);
        return entry;
      }
    }
  }

  void reprotect(std::uint64_t at, unsigned level, std::uint32_t how) {
    std::uint64_t old = load(at);
    std::uint64_t entry = 0;
    do {
      const std::uint32_t marks =
          (F::accessed(old) ? flags::kAccessed : 0) | (F::dirty(old) ? flags::kDirty : 0);
      entry = (old & ~F::kPermissionBits) |
              (F::encode_leaf(0, level, how | marks, table_.options_.ad) & F::kPermissionBits);
    } while (!word(at).compare_exchange_weak(old, entry, std::memory_order_acq_rel));
    table_.mark(at);
  }

  PageTable &table_;
};

} // namespace vmperf::mmu
