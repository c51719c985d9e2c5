// A set-associative array of translations with any policy, index function and shape; fully
// associative where ways == entries. Tags lie apart from data, so that the search of a set goes
// over `ways` neighbouring words:
//
//   pages     [ set 0: page | page | .. ][ set 1: ...      what a hit compares first
//   contexts  [        ctx  | ctx  | .. ][                 then this, against two of the key
//   data      [        frame, rwx  | .. ][                 then the permission
//
// Invariants: a dead way of a set (flushed or never filled) is filled before a live one is put out,
// the lowest first; at most one live way of a set matches a key that was just inserted. A hit tells
// the policy, so an array has one owner thread: the wait-free levels are direct_tlb.hpp and
// ways_tlb.hpp, which write nothing on a hit. lookup, insert and erase are O(ways): 6 instructions
// for each way before the one that hits, some 50 around them (x86-64, LRU, index mod).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/tlb/generations.hpp"
#include "vmperf/tlb/policy.hpp"
#include "vmperf/tlb/slot.hpp"

namespace vmperf::tlb {

template <class P> class PolicyArray {
public:
  /// The shape was checked (words.hpp); `live` outlives the array.
  PolicyArray(const Generations &live, const Shape &shape, std::uint64_t seed)
      : live_(&live), shape_(shape), set_of_(shape.index, shape.sets()),
        policy_(shape.sets(), shape.ways, seed), pages_(shape.entries), contexts_(shape.entries),
        data_(shape.entries) {}

  /// The address behind `va`, whose page is `page`, or kMiss; a hit is a use.
  std::uint64_t lookup(std::uint64_t va, std::uint64_t page, Key key, Access access) noexcept {
    const std::size_t set = set_of_(page);
    const unsigned way = way_of(set, page, key, perm_of(access));
    if (way == shape_.ways) {
      return kMiss;
    }
    policy_.touch(set, way);
    return at(set * shape_.ways + way).pa(va, shape_.page_shift);
  }

  /// The same entry; false where there is none.
  bool lookup(std::uint64_t page, Key key, Access access, Slot &found) noexcept {
    const std::size_t set = set_of_(page);
    const unsigned way = way_of(set, page, key, perm_of(access));
    if (way != shape_.ways) {
      policy_.touch(set, way);
      found = at(set * shape_.ways + way);
    }
    return way != shape_.ways;
  }

  /// Whether there is an entry with one of `perms`; that is no use of it.
  [[nodiscard]] bool has(std::uint64_t page, Key key, std::uint8_t perms) const noexcept {
    return way_of(set_of_(page), page, key, perms) != shape_.ways;
  }

  /// Puts an entry in, in place of what the same key had there; whether that put a live one out.
  bool insert(const Slot &slot, Key key, Slot &evicted) noexcept {
    const std::size_t set = set_of_(slot.page);
    const std::size_t first = set * shape_.ways;
    if (replace(first, set, slot, key)) {
      return false;
    }
    for (unsigned way = 0; way < shape_.ways; ++way) {
      if (!live_->is_live(contexts_[first + way])) {
        put(first + way, slot);
        policy_.insert(set, way);
        return false;
      }
    }
    const unsigned way = policy_.victim(set);
    evicted = at(first + way);
    put(first + way, slot);
    policy_.insert(set, way);
    return true;
  }

  /// Drops what a key has of one page.
  bool erase(std::uint64_t page, Key key) noexcept {
    const std::size_t first = set_of_(page) * shape_.ways;
    bool found = false;
    for (std::size_t i = first; i < first + shape_.ways; ++i) {
      if (pages_[i] == page && key.matches(contexts_[i])) {
        contexts_[i] = 0;
        found = true;
      }
    }
    return found;
  }

  /// Drops what a key has of the pages first to last, both included: O(pages * ways), O(entries) at
  /// most.
  void erase_pages(std::uint64_t first, std::uint64_t last, Key key) noexcept {
    if (last - first < shape_.sets()) {
      for (std::uint64_t page = first; page <= last; ++page) {
        erase(page, key);
      }
      return;
    }
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      if (pages_[i] >= first && pages_[i] <= last && key.matches(contexts_[i])) {
        contexts_[i] = 0;
      }
    }
  }

  /// O(entries).
  [[nodiscard]] std::size_t n_live() const noexcept {
    std::size_t n = 0;
    for (const std::uint64_t context : contexts_) {
      n += live_->is_live(context) ? 1 : 0;
    }
    return n;
  }
  [[nodiscard]] const Shape &shape() const noexcept { return shape_; }

private:
  [[nodiscard]] Slot at(std::size_t i) const noexcept {
    return {pages_[i], contexts_[i], data_[i]};
  }
  void put(std::size_t i, const Slot &slot) noexcept {
    pages_[i] = slot.page;
    contexts_[i] = slot.context;
    data_[i] = slot.data;
  }

  [[nodiscard]] unsigned way_of(std::size_t set, std::uint64_t page, Key key,
                                std::uint8_t perms) const noexcept {
    const std::size_t first = set * shape_.ways;
    for (unsigned way = 0; way < shape_.ways; ++way) {
      if (pages_[first + way] == page && key.matches(contexts_[first + way]) &&
          (data_[first + way] & perms) != 0) {
        return way;
      }
    }
    return shape_.ways;
  }

  // Where the key has the page already: a use of the way that it keeps; any other one is dropped.
  bool replace(std::size_t first, std::size_t set, const Slot &slot, Key key) noexcept {
    bool found = false;
    for (unsigned way = 0; way < shape_.ways; ++way) {
      const std::size_t i = first + way;
      if (pages_[i] == slot.page && key.matches(contexts_[i])) {
        if (found) {
          contexts_[i] = 0;
          continue;
        }
        put(i, slot);
        policy_.touch(set, way);
        found = true;
      }
    }
    return found;
  }

  const Generations *live_;
  Shape shape_;
  SetIndex set_of_;
  P policy_;
  std::vector<std::uint64_t> pages_, contexts_, data_;
};

} // namespace vmperf::tlb
