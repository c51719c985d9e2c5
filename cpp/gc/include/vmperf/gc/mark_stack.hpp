// The private work of one marking worker: an array used at both ends.
//
//     [ oldest ... newest | free ]      pop(): the newest; pop_oldest(): the oldest
//       ^ first          ^ end
//
// Depth first takes the newest, breadth first the oldest; who shares work gives the oldest away,
// which are nearest to the roots and so have most below them. All O(1); growth doubles, and copies
// only what is there. Beyond `limit` items push() refuses: the marker then notes the object and
// finds it again by a scan. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "vmperf/gc/mark_item.hpp"

namespace vmperf::gc {

class MarkStack {
public:
  /// `limit` above 0.
  explicit MarkStack(std::size_t limit) : limit_(limit) {
    resize(std::min<std::size_t>(limit, 1024));
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - first_; }

  /// False where it holds `limit` items: the item is not in it.
  [[nodiscard]] bool push(MarkItem item) {
    if (end_ == capacity_) [[unlikely]] {
      if (!make_room()) {
        return false;
      }
    }
    items_[end_++] = item;
    return true;
  }
  /// Not of an empty one.
  MarkItem pop() noexcept {
    const MarkItem item = items_[--end_];
    if (end_ == first_) {
      first_ = end_ = 0;
    }
    return item;
  }
  MarkItem pop_oldest() noexcept {
    const MarkItem item = items_[first_++];
    if (end_ == first_) {
      first_ = end_ = 0;
    }
    return item;
  }
  /// The item `distance` behind the oldest, or an empty one.
  [[nodiscard]] MarkItem ahead(std::size_t distance) const noexcept {
    return distance < size() ? items_[first_ + distance] : MarkItem{};
  }

private:
  [[gnu::noinline, gnu::cold]] bool make_room() {
    if (size() >= limit_) {
      return false;
    }
    if (first_ >= capacity_ / 2 || (capacity_ == limit_ && first_ > 0)) { // used up: move down
      std::copy(items_.get() + first_, items_.get() + end_, items_.get());
      end_ -= first_;
      first_ = 0;
    } else {
      resize(std::min(2 * capacity_, limit_));
    }
    return true;
  }
  void resize(std::size_t capacity) {
    // NOLINTNEXTLINE(*avoid-c-arrays): a size known at run time alone
    std::unique_ptr<MarkItem[]> larger(new MarkItem[capacity]);
    std::copy(items_.get() + first_, items_.get() + end_, larger.get());
    items_ = std::move(larger);
    end_ -= first_;
    first_ = 0;
    capacity_ = capacity;
  }

  std::unique_ptr<MarkItem[]> items_; // NOLINT(*avoid-c-arrays)
  std::size_t first_ = 0, end_ = 0, capacity_ = 0, limit_;
};

} // namespace vmperf::gc
