// Objects that must not move: by address, with how often each is pinned. They are roots.
//   pins   [ object, times | object, times | ... ]   ordered by object
// Few at a time: find is O(log n), add and remove O(n). Under the heap's lock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "vmperf/gc/object.hpp"

namespace vmperf::gc {

class PinTable {
public:
  struct Pin {
    Ref object;
    std::uint32_t times;
  };

  void add(Ref object) {
    const auto place = find(object);
    if (place != pins.end() && place->object == object) {
      ++place->times;
    } else {
      pins.insert(place, {object, 1});
    }
  }
  /// False where it is not pinned.
  bool remove(Ref object) noexcept {
    const auto place = find(object);
    if (place == pins.end() || place->object != object) {
      return false;
    }
    if (--place->times == 0) {
      pins.erase(place);
    }
    return true;
  }

  std::vector<Pin> pins;

private:
  std::vector<Pin>::iterator find(Ref object) noexcept {
    return std::ranges::lower_bound(pins, object, {}, &Pin::object);
  }
};

} // namespace vmperf::gc
