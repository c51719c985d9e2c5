// A small fully associative TLB behind the first level, filled by what the first level puts out: a
// few pages that share a set bounce between the two instead of being walked again and again.
//
//   first level  --evicted-->  victim [ p | p | p | p | p | p | p | p ]   the least recent leaves
//                <--on a hit--            an entry is in one of the two, never in both
//
// take and put are O(entries), 1 to 64 of them. One thread.
// Source: Jouppi, Improving Direct-Mapped Cache Performance by the Addition of a Small
// Fully-Associative Cache and Prefetch Buffers, ISCA 1990.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/policy_array.hpp"

namespace vmperf::tlb {

class VictimTlb {
public:
  VictimTlb(const Generations &live, unsigned entries)
      : array_(live, {.entries = entries, .ways = entries}, 0) {}

  /// Takes the entry of a page out, if it permits the access.
  bool take(std::uint64_t page, Key key, Access access, Slot &found) noexcept {
    return array_.lookup(page, key, access, found) && array_.erase(page, key);
  }
  /// `key` is that of the address space that the entry came from.
  void put(const Slot &evicted, Key key) noexcept {
    Slot lost;
    array_.insert(evicted, key, lost);
  }
  bool erase(std::uint64_t page, Key key) noexcept { return array_.erase(page, key); }
  void erase_pages(std::uint64_t first, std::uint64_t last, Key key) noexcept {
    array_.erase_pages(first, last, key);
  }
  [[nodiscard]] bool has(std::uint64_t page, Key key) const noexcept {
    return array_.has(page, key, kAnyPerm);
  }

private:
  PolicyArray<Lru> array_;
};

} // namespace vmperf::tlb
