// Hash maps in the place of a TLB: the ten lines that one writes at once, the same with a hash of
// one multiplication, and behind a lock. And for flushes, the table that is emptied each time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/tlb/api.hpp"
#include "vmperf/tlb/api/flush_workload.hpp"
#include "vmperf/tlb/api/map_design.hpp"

namespace vmperf::tlb {
namespace {

using Map = std::unordered_map<std::uint64_t, MapEntry>;

// The hash of Firefox and rustc for one word: rotate, xor, multiply.
struct FxHash {
  std::size_t operator()(std::uint64_t key) const noexcept { return key * 0x517cc1b727220a95U; }
};
using FxMap = std::unordered_map<std::uint64_t, MapEntry, FxHash>;

// Readers share a lock with writers.
class LockedMap {
public:
  explicit LockedMap(std::size_t entries) { map_.reserve(entries); }

  class Reader {
  public:
    explicit Reader(const LockedMap &from) : from_(&from) {}
    [[nodiscard]] std::uint64_t lookup(std::uint64_t va) const {
      const std::shared_lock lock(from_->mutex_);
      return MapDesign<Map>::Reader(from_->map_).lookup(va);
    }

  private:
    const LockedMap *from_;
  };
  [[nodiscard]] Reader reader() const noexcept { return Reader(*this); }

  void fill(std::uint64_t va, std::uint64_t pa) {
    const std::unique_lock lock(mutex_);
    map_.insert_or_assign(va >> kPageShift,
                          MapEntry{.page = pa & ~kOffsetMask, .perms = kRead | kWrite});
  }
  void flush() {
    const std::unique_lock lock(mutex_);
    map_.clear();
  }

private:
  mutable std::shared_mutex mutex_;
  Map map_;
};

// A direct-mapped table without contexts: a flush of more than a page empties it.
class ClearedTable {
public:
  explicit ClearedTable(std::size_t entries) : words_(entries) {}

  class Reader {
  public:
    explicit Reader(const ClearedTable &from) : from_(&from) {}
    [[nodiscard]] std::uint64_t lookup(std::uint64_t va) const noexcept {
      const std::uint64_t word = from_->words_[from_->set_of(va)];
      return word == (va | 1U) ? va : kMiss;
    }

  private:
    const ClearedTable *from_;
  };
  [[nodiscard]] Reader reader() const noexcept { return Reader(*this); }

  void fill(std::uint64_t va, std::uint64_t /*pa*/) noexcept { words_[set_of(va)] = va | 1U; }
  void flush() noexcept { std::ranges::fill(words_, 0); }
  void flush_asid() noexcept { flush(); }
  void flush_page(std::uint64_t va, std::uint64_t size_bytes) noexcept {
    if (size_bytes > kPageBytes) {
      flush();
    } else {
      words_[set_of(va)] = 0;
    }
  }
  [[nodiscard]] static std::uint64_t clears() noexcept { return 0; }

private:
  [[nodiscard]] std::size_t set_of(std::uint64_t va) const noexcept {
    return (va >> kPageShift) & (words_.size() - 1);
  }
  std::vector<std::uint64_t> words_;
};

} // namespace

void declare_designs_maps(bench::Registry &registry) {
  add_tlb_design<MapDesign<Map>>(registry, "naive",
                                 "std::unordered_map, reserved; of flushes, a table emptied each "
                                 "time")
      .runs("tlb/flush", tlb_maker<FlushWorkload, ClearedTable>());
  add_tlb_design<MapDesign<FxMap>>(registry, "fx_map",
                                   "std::unordered_map with FxHash, a multiplication");
  add_tlb_design<LockedMap>(registry, "locked_map",
                            "std::unordered_map behind a std::shared_mutex");
}

} // namespace vmperf::tlb
