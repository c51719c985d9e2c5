// Where prefetched translations wait, and what became of each: so that a useless one puts nothing
// out of the TLB, and every figure is exact.
//
//   miss --> [ buffer: fully associative, 1 to 64, first in first out ] --> walker
//   guess --> issued --> present   the TLB or the buffer had it already
//                    --> late      asked for while its walk was still under way (threads alone)
//                    --> waiting   in the buffer now
//                    --> useful    taken by a miss
//                    --> useless   the rest: not mapped, put out or flushed before it was asked for
//
// issued == present + late + waiting + useful + useless, always. take and put are O(entries), the
// counts too. One thread.
// Source: Kandiraju and Sivasubramaniam, Going the Distance for TLB Prefetching, ISCA 2002 (the
// buffer beside the TLB); Srinath et al., Feedback Directed Prefetching, HPCA 2007 (the measures).
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/tlb/policy_array.hpp"

namespace vmperf::tlb {

struct PrefetchCounts {
  std::uint64_t issued = 0, present = 0, useful = 0, late = 0, waiting = 0, useless = 0;

  /// The part of the misses that a prefetch answered; `misses` are those that were walked.
  [[nodiscard]] double coverage(std::uint64_t misses) const noexcept {
    return ratio(useful, useful + misses);
  }
  /// The part of those brought in that was of use.
  [[nodiscard]] double accuracy() const noexcept { return ratio(useful, issued - present); }

private:
  static double ratio(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

class PrefetchBuffer {
public:
  PrefetchBuffer(const Generations &live, unsigned entries)
      : array_(live, {.entries = entries, .ways = entries}, 0) {}

  void note_issued() noexcept { ++counts_.issued; }
  void note_present() noexcept { ++counts_.present; }
  void note_late() noexcept { ++counts_.late; }

  void put(const Slot &slot, Key key) noexcept {
    Slot lost;
    array_.insert(slot, key, lost);
  }
  /// Takes the entry of a page out, if it permits the access: the prefetch was useful.
  bool take(std::uint64_t page, Key key, Access access, Slot &found) noexcept {
    const bool hit = array_.lookup(page, key, access, found) && array_.erase(page, key);
    counts_.useful += hit ? 1 : 0;
    return hit;
  }
  [[nodiscard]] bool has(std::uint64_t page, Key key) const noexcept {
    return array_.has(page, key, kAnyPerm);
  }
  void erase(std::uint64_t page, Key key) noexcept { array_.erase(page, key); }
  void erase_pages(std::uint64_t first, std::uint64_t last, Key key) noexcept {
    array_.erase_pages(first, last, key);
  }

  /// `under_way` guesses are still being walked.
  [[nodiscard]] PrefetchCounts counts(std::uint64_t under_way = 0) const noexcept {
    PrefetchCounts all = counts_;
    all.waiting = array_.n_live() + under_way;
    all.useless = all.issued - all.present - all.useful - all.late - all.waiting;
    return all;
  }

private:
  PolicyArray<Fifo> array_;
  PrefetchCounts counts_;
};

} // namespace vmperf::tlb
