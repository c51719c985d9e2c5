// A TLB with all its levels behind one call: the first one that was chosen, a victim TLB, a second
// level that keeps large pages whole, and a prefetch buffer in front of the walker.
//
//   va --> first level --> victim --> second level --> prefetch buffer --> miss: walk, then fill()
//               ^------------'-------------'-----------------'  a hit there moves to the first
//
//   SoftTlb tlb({.entries = 4096});
//   std::uint64_t pa = tlb.lookup(va, Access::read, asid);
//   if (pa == kMiss) { ... walk, tlb.fill(va, translation, asid) ... }
//   tlb.translate_or_walk(walker, va, pa, fault, n, Access::read, asid);
//
// A walker is called as `Translation walker(va, access, asid)`. fill, flushes and whatever misses
// the first level are one thread's; there is no lock. Statistics are counted on these slow paths
// and per batch; scalar hits only where count_hits says so.
// lookup O(1), on a miss O(ways of all levels); flush, flush_asid O(1); flush_page, flush_range
// O(pages), at most O(entries).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vmperf/tlb/first_level.hpp"
#include "vmperf/tlb/prefetch_buffer.hpp"
#include "vmperf/tlb/prefetchers.hpp"
#include "vmperf/tlb/second_level.hpp"
#include "vmperf/tlb/sync.hpp"
#include "vmperf/tlb/victim.hpp"

namespace vmperf::tlb {

struct SoftTlbOptions {
  std::size_t entries = 4096;
  unsigned ways = 1;
  std::vector<std::uint64_t> page_sizes = {4096, std::uint64_t{2} << 20U, std::uint64_t{1} << 30U};
  Policy policy = Policy::plru;
  Index index = Index::mod;
  unsigned victim = 8;              ///< entries, 0: none
  std::size_t second_level = 16384; ///< of 4 KiB; 2 MiB has 1/16, 1 GiB 1/256 as many. 0: none
  unsigned second_level_ways = 8;
  // NOLINTNEXTLINE(readability-redundant-member-init): named initializers may leave it out
  std::string prefetch = {};     ///< a word of prefetchers.hpp, empty: none
  unsigned degree = 2;           ///< pages guessed per miss, at most
  unsigned prefetch_buffer = 32; ///< entries
  Sync sync = Sync::automatic;
  unsigned va_bits = 48, pa_bits = 40; ///< widths of addresses
  bool count_hits = false;
  std::uint64_t seed = 0; ///< of random, brrip and drrip
};

/// hits = lookups - misses; of these the first level had what no other level counts.
struct SoftTlbStats {
  std::uint64_t lookups = 0, misses = 0, victim_hits = 0, second_level_hits = 0, fills = 0,
                evictions = 0, second_level_evictions = 0;
  std::uint64_t flush_all = 0, flush_asid = 0, flush_page = 0, flush_range = 0;
  PrefetchCounts prefetch;

  /// f(name, count) for each, under the names that Python has.
  template <class F> void each(F f) const {
    f("lookups", lookups);
    f("hits", lookups - misses);
    f("misses", misses);
    f("victim_hits", victim_hits);
    f("second_level_hits", second_level_hits);
    f("fills", fills);
    f("evictions", evictions);
    f("second_level_evictions", second_level_evictions);
    f("flush_all", flush_all);
    f("flush_asid", flush_asid);
    f("flush_page", flush_page);
    f("flush_range", flush_range);
    f("prefetch_issued", prefetch.issued);
    f("prefetch_present", prefetch.present);
    f("prefetch_useful", prefetch.useful);
    f("prefetch_late", prefetch.late);
    f("prefetch_waiting", prefetch.waiting);
    f("prefetch_useless", prefetch.useless);
  }
};

class SoftTlb {
public:
  /// InvalidArgumentError for what no TLB can be; UnsupportedError for a sync that the CPU lacks.
  explicit SoftTlb(SoftTlbOptions options);

  std::uint64_t lookup(std::uint64_t va, Access access, std::uint16_t asid = 0) noexcept {
    const std::uint64_t pa =
        packed_ != nullptr ? packed_->lookup(va, access, asid) : first_->lookup(va, access, asid);
    if (pa == kMiss) [[unlikely]] {
      ++counts_.lookups;
      return resolve(va, access, asid);
    }
    counts_.lookups += options_.count_hits ? 1 : 0;
    return pa;
  }

  /// As lookup; a miss is walked and filled, and its guesses are walked along with it.
  template <class Walker>
  std::uint64_t lookup_or_walk(Walker &&walker, std::uint64_t va, Access access, std::uint16_t asid,
                               Fault &fault) {
    const std::uint64_t pa = lookup(va, access, asid);
    fault = Fault::none;
    return pa != kMiss ? pa : walk(walker, va, access, asid, fault);
  }

  /// Looks n addresses up; returns how many missed, and where, in `misses` (room for n). A miss has
  /// fault miss or non_canonical and pa kMiss.
  std::size_t translate(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault,
                        std::size_t n, Access access, std::uint16_t asid,
                        std::uint32_t *misses) noexcept;

  /// The same where nobody wants the list.
  void translate_all(const std::uint64_t *va, std::uint64_t *pa, std::uint8_t *fault, std::size_t n,
                     Access access, std::uint16_t asid = 0) noexcept;

  /// Looks n addresses up, walks what missed and fills it, in blocks: with a wait-free first level
  /// all of a block are looked up before the first of its misses is walked.
  template <class Walker>
  void translate_or_walk(Walker &&walker, const std::uint64_t *va, std::uint64_t *pa,
                         std::uint8_t *fault, std::size_t n, Access access,
                         std::uint16_t asid = 0) {
    std::array<std::uint32_t, kBlock> misses;
    for (std::size_t at = 0, done = 0; at < n; at += done) {
      const std::size_t most = std::min(n - at, kBlock);
      const FirstLevel::Batch block{va + at, pa + at, fault + at, most, misses.data()};
      const std::size_t n_missed = first_->lookup_some(block, access, asid, done);
      counts_.lookups += done;
      for (std::size_t i = 0; i < n_missed; ++i) {
        const std::size_t missed = at + misses[i];
        Fault why = Fault::none;
        pa[missed] = retry(va[missed], access, asid, i != 0);
        if (pa[missed] == kMiss) {
          pa[missed] = walk(walker, va[missed], access, asid, why);
        }
        fault[missed] = static_cast<std::uint8_t>(why);
      }
    }
  }

  /// Keeps a translation of `va`, one without a fault, in all levels. InvalidArgumentError where va
  /// is not canonical, the page size is none of ours, or pa is too wide or not congruent to va.
  void fill(std::uint64_t va, const Translation &found, std::uint16_t asid = 0);

  /// Walks what the last miss made the prefetcher guess; for callers of lookup, translate and fill.
  template <class Walker> void prefetch(Walker &&walker) {
    if (prefetch_ == nullptr) {
      return;
    }
    const Guesses guesses = prefetch_->guesses;
    prefetch_->guesses.count = 0;
    for (unsigned i = 0; i < guesses.count; ++i) {
      const std::uint64_t page = guesses.pages[i];
      if (wants(page)) {
        keep_prefetched(page, walker(page << kPageShift, Access::read, prefetch_->asid));
      }
    }
  }

  void flush() noexcept;
  void flush_asid(std::uint16_t asid) noexcept; ///< global pages stay
  /// Of the address space and global; size_bytes is the page's: one of page_sizes.
  void flush_page(std::uint64_t va, std::uint64_t size_bytes, std::uint16_t asid = 0);
  /// All pages that touch [lo, hi], of the address space and global: `hi` is the last byte.
  void flush_range(std::uint64_t lo, std::uint64_t hi, std::uint16_t asid = 0);

  /// Whether some level has the page, whatever it permits; that is no use of it.
  [[nodiscard]] bool holds(std::uint64_t va, std::uint16_t asid = 0) const noexcept;
  [[nodiscard]] std::size_t entries() const noexcept { return options_.entries; }
  [[nodiscard]] const SoftTlbOptions &options() const noexcept { return options_; }
  [[nodiscard]] const char *sync() const noexcept { return first_->sync(); }
  [[nodiscard]] SoftTlbStats stats() const noexcept;
  /// InvalidArgumentError where a page has no such size here, or the address is not canonical.
  [[nodiscard]] std::uint8_t to_page_shift(std::uint64_t size_bytes) const;
  void check_canonical(std::uint64_t va) const;
  [[nodiscard]] bool is_canonical(std::uint64_t va) const noexcept {
    const std::uint64_t copies = ~std::uint64_t{0} << (options_.va_bits - 1);
    return (va & copies) == 0 || (va & copies) == copies;
  }

private:
  static constexpr std::size_t kBlock = 256;

  struct Prefetching {
    AnyPrefetcher prefetcher;
    PrefetchBuffer buffer;
    Guesses guesses;
    std::uint16_t asid = 0;
  };

  /// After a miss of the first level: what the other levels have, or kMiss.
  std::uint64_t resolve(std::uint64_t va, Access access, std::uint16_t asid) noexcept;
  std::uint64_t retry(std::uint64_t va, Access access, std::uint16_t asid, bool first) noexcept {
    const std::uint64_t pa = first ? first_->lookup(va, access, asid) : kMiss;
    return pa != kMiss ? pa : resolve(va, access, asid);
  }
  void promote(std::uint64_t va, const Slot &piece, Key key, std::uint16_t asid) noexcept;
  void train(std::uint64_t page, std::uint16_t asid) noexcept;
  [[nodiscard]] bool wants(std::uint64_t page) noexcept;
  void keep_prefetched(std::uint64_t page, const Translation &found);
  void erase_range(std::uint64_t first_va, std::uint64_t last_va, std::uint16_t asid) noexcept;
  void check_fill(std::uint64_t va, const Translation &found) const;

  template <class Walker>
  std::uint64_t walk(Walker &walker, std::uint64_t va, Access access, std::uint16_t asid,
                     Fault &fault) {
    if (!is_canonical(va)) {
      fault = Fault::non_canonical;
      return kMiss;
    }
    const Translation found = walker(va, access, asid);
    fault = found.fault;
    if (fault == Fault::none) {
      fill(va, found, asid);
    }
    prefetch(walker);
    return fault == Fault::none ? found.pa : kMiss;
  }

  SoftTlbOptions options_;
  Generations live_;
  std::unique_ptr<FirstLevel> first_;
  const PackedTlb *packed_ = nullptr; ///< that of first_, where it is the default one: inlined
  std::optional<VictimTlb> victim_;
  std::optional<SecondLevel> second_;
  std::unique_ptr<Prefetching> prefetch_;
  SoftTlbStats counts_;
};

} // namespace vmperf::tlb
