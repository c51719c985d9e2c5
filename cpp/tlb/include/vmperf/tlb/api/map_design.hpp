// A hash map from page number to PA and permissions as a design of the API "tlb": what one writes
// where there is no TLB. Reserved for all pages, so that it never grows; flush empties it.
// Used by benches, designs and peers only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

struct MapEntry {
  std::uint64_t page = 0;
  std::uint8_t perms = 0;
};

/// Map: from std::uint64_t to MapEntry.
template <class Map> class MapDesign {
public:
  explicit MapDesign(std::size_t entries) { map_.reserve(entries); }

  class Reader {
  public:
    explicit Reader(const Map &map) : map_(&map) {}
    [[nodiscard, gnu::always_inline]] std::uint64_t lookup(std::uint64_t va) const {
      const auto it = map_->find(va >> kPageShift);
      return it != map_->end() && (it->second.perms & kRead) != 0
                 ? it->second.page | (va & kOffsetMask)
                 : kMiss;
    }

  private:
    const Map *map_;
  };
  [[nodiscard]] Reader reader() const noexcept { return Reader(map_); }

  void fill(std::uint64_t va, std::uint64_t pa) {
    map_.insert_or_assign(va >> kPageShift,
                          MapEntry{.page = pa & ~kOffsetMask, .perms = kRead | kWrite});
  }
  void flush() { map_.clear(); }

private:
  Map map_;
};

} // namespace vmperf::tlb
