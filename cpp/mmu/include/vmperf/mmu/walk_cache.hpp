// The paging-structure cache: which table a walk would reach, so that it begins there.
//
//   level 5, 4, 3, 2   direct-mapped, each entry about a table of the level below
//   entry   [ va >> shift | context << 43 | table (host) | its path | table (pa) ]   32 bytes
//
// A hit at level 2 leaves one load of a walk. The tag holds all upper bits of the address, so that
// one which isn't canonical never hits. A context stands for (table, ASID): a flush hands out a new
// one and touches no entry, O(1); after 2^21 of them everything is cleared once. Tables may be
// changed only through a flush, as on a CPU. O(1) everything. One thread: a cache is a vCPU's.
// Source: Intel SDM vol. 3A, 4.10.3; Barr, Cox and Rixner, "Translation caching", ISCA 2010.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/mmu/rules.hpp"

namespace vmperf::mmu {

class WalkCache {
public:
  struct Sizes {
    std::size_t level2 = 512, level3 = 64, level4 = 16, level5 = 4;
  };
  struct Entry {
    std::uint64_t tag = 0; ///< 0: none; a context is never 0
    std::uint64_t *table = nullptr;
    std::uint64_t path = 0;
    std::uint64_t table_pa = 0;
  };
  struct Stats {
    std::uint64_t n_inserted = 0, n_flushes = 0, n_clears = 0;
  };

  WalkCache() : WalkCache(Sizes{}) {}
  /// InvalidArgumentError where a size is no power of two from 1 to 2^20.
  explicit WalkCache(const Sizes &sizes);

  /// What the entries of a table (PageTable::id()) and an ASID are tagged with now, in place.
  [[nodiscard]] std::uint64_t context(std::uint64_t table_id, std::uint16_t asid) {
    if (asid < known_.size()) [[likely]] {
      const Known &known = known_[asid];
      if (known.table_id == table_id && known.context > floor_) [[likely]] {
        return known.context << kContextShift;
      }
    }
    return new_context(table_id, asid);
  }

  [[nodiscard, gnu::always_inline]] const Entry &at(unsigned level,
                                                    std::uint64_t va) const noexcept {
    const Level &of = levels_[level];
    return of.entries[(va >> shift_of(level)) & of.mask];
  }
  /// A level's entries as a loop keeps them in registers.
  struct View {
    const Entry *entries;
    std::uint64_t mask;
    [[nodiscard, gnu::always_inline]] const Entry &at(std::uint64_t number) const noexcept {
      return entries[number & mask];
    }
  };
  [[nodiscard]] View view(unsigned level) const noexcept {
    return {levels_[level].entries, levels_[level].mask};
  }
  [[nodiscard, gnu::always_inline]] static std::uint64_t tag(unsigned level, std::uint64_t va,
                                                             std::uint64_t context) noexcept {
    return (va >> shift_of(level)) | context;
  }
  void insert(unsigned level, std::uint64_t va, std::uint64_t context, std::uint64_t *table,
              std::uint64_t path, std::uint64_t table_pa) noexcept {
    Level &of = levels_[level];
    of.entries[(va >> shift_of(level)) & of.mask] = {tag(level, va, context), table, path,
                                                     table_pa};
    ++stats_.n_inserted;
  }

  void flush() noexcept {
    floor_ = last_;
    ++stats_.n_flushes;
  }
  void flush_asid(std::uint16_t asid) noexcept {
    if (asid < known_.size()) {
      known_[asid].context = 0;
    }
    ++stats_.n_flushes;
  }

  [[nodiscard]] const Stats &stats() const noexcept { return stats_; }

private:
  static constexpr unsigned kContextShift = 43; // 64 bits less those of a 4-level table's 2 MiB
  static constexpr std::uint64_t kMostContexts = (std::uint64_t{1} << (64 - kContextShift)) - 1;

  struct Level {
    std::vector<Entry> store;
    Entry *entries = nullptr;
    std::uint64_t mask = 0;
  };
  struct Known {
    std::uint64_t table_id = 0, context = 0;
  };

  std::uint64_t new_context(std::uint64_t table_id, std::uint16_t asid);

  std::array<Level, kMaxLevels + 1> levels_;
  std::vector<Known> known_; // by ASID
  std::uint64_t last_ = 0, floor_ = 0;
  Stats stats_;
};

} // namespace vmperf::mmu
