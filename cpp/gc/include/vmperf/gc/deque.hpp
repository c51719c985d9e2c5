// A deque of work that its owner pushes to and takes from at one end and thieves steal from at the
// other (Chase and Lev, SPAA 2005), with the orderings of Le, Pop, Cohen and Zappa Nardelli,
// "Correct and Efficient Work-Stealing for Weak Memory Models", PPoPP 2013, figure 1.
//
//     top -> [ oldest | ... | newest ] <- bottom        slot i is slots[i & mask]
//     steal() ^                      ^ push(), take()
//
// Their three fences are folded into the accesses beside them: the two of take() and steal() are
// sequentially consistent accesses of both ends, that of push() is a releasing store, so that a
// race detector, which knows no fences, understands them. All orders are named in DequeOrders and
// atomics are a parameter: a model checker runs this very text and weakens them one by one.
// push, take, steal: O(1), the owner's two without a locked instruction except for take()'s
// exchange. A full array is doubled by the owner; old ones live as long as the deque, since a thief
// may still read one. push() and take() by the owner alone, steal() and size() by anyone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace vmperf::gc {

struct DequeOrders {
  static constexpr auto kPublish = std::memory_order_release;     ///< push: the new bottom
  static constexpr auto kTakeBottom = std::memory_order_seq_cst;  ///< take: the lowered bottom
  static constexpr auto kTakeTop = std::memory_order_seq_cst;     ///< take: top, read after that
  static constexpr auto kStealTop = std::memory_order_seq_cst;    ///< steal: top, read first
  static constexpr auto kStealBottom = std::memory_order_seq_cst; ///< steal: bottom, read second
  static constexpr auto kClaim = std::memory_order_seq_cst;       ///< the exchange of top
  static constexpr auto kArray = std::memory_order_release;       ///< grow: the new array
};

enum class Stolen : unsigned char { nothing, lost_race, item };

template <class T, class Orders = DequeOrders, template <class> class Atomic = std::atomic>
class WorkDeque {
public:
  /// `capacity` is a power of two.
  explicit WorkDeque(std::size_t capacity = 256) { adopt(std::make_unique<Array>(capacity)); }

  /// Puts an item at the owner's end. std::bad_alloc where a full array cannot grow.
  void push(T item) {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    const std::int64_t top = top_.load(std::memory_order_acquire);
    Array *array = array_.load(std::memory_order_relaxed);
    if (bottom - top > static_cast<std::int64_t>(array->mask)) {
      array = grow(*array, top, bottom);
    }
    array->at(bottom).store(item, std::memory_order_relaxed);
    bottom_.store(bottom + 1, Orders::kPublish);
  }

  /// Takes the newest item; false where there is none.
  bool take(T &item) {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    Array *array = array_.load(std::memory_order_relaxed);
    bottom_.store(bottom, Orders::kTakeBottom);
    std::int64_t top = top_.load(Orders::kTakeTop);
    if (top > bottom) {
      bottom_.store(bottom + 1, std::memory_order_relaxed);
      return false;
    }
    item = array->at(bottom).load(std::memory_order_relaxed);
    if (top < bottom) {
      return true;
    }
    // The last one: thieves want it, too.
    const bool won =
        top_.compare_exchange_strong(top, top + 1, Orders::kClaim, std::memory_order_relaxed);
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return won;
  }

  /// Takes the oldest item; lost_race where another took it meanwhile: others may be left.
  Stolen steal(T &item) {
    std::int64_t top = top_.load(Orders::kStealTop);
    const std::int64_t bottom = bottom_.load(Orders::kStealBottom);
    if (top >= bottom) {
      return Stolen::nothing;
    }
    Array *array = array_.load(std::memory_order_acquire);
    const T found = array->at(top).load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(top, top + 1, Orders::kClaim, std::memory_order_relaxed)) {
      return Stolen::lost_race;
    }
    item = found;
    return Stolen::item;
  }

  /// How many items there are, as two reads of a moving thing tell.
  [[nodiscard]] std::size_t size() const {
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    const std::int64_t bottom = bottom_.load(std::memory_order_seq_cst);
    return bottom > top ? static_cast<std::size_t>(bottom - top) : 0;
  }

private:
  struct Array {
    explicit Array(std::size_t capacity) : mask(capacity - 1), slots(new Atomic<T>[capacity]) {}
    Atomic<T> &at(std::int64_t index) { return slots[static_cast<std::size_t>(index) & mask]; }
    std::size_t mask;
    std::unique_ptr<Atomic<T>[]> slots; // NOLINT(*avoid-c-arrays): an atomic cannot be moved
  };

  Array *adopt(std::unique_ptr<Array> array) {
    arrays_.push_back(std::move(array));
    array_.store(arrays_.back().get(), Orders::kArray);
    return arrays_.back().get();
  }
  Array *grow(Array &old, std::int64_t top, std::int64_t bottom) {
    auto larger = std::make_unique<Array>(2 * (old.mask + 1));
    for (std::int64_t i = top; i < bottom; ++i) {
      larger->at(i).store(old.at(i).load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    return adopt(std::move(larger));
  }

  // Owner and thieves write one end each: two lines, so that neither moves with the other.
  alignas(128) Atomic<std::int64_t> top_{0};
  alignas(128) Atomic<std::int64_t> bottom_{0};
  Atomic<Array *> array_{nullptr};
  std::vector<std::unique_ptr<Array>> arrays_;
};

} // namespace vmperf::gc
