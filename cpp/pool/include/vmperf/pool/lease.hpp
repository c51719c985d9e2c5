// A lease: a row of n slots whose addresses are read where the pool keeps them. Nothing is copied:
// the top of the stack moves down by n, and back up when the lease ends.
//
//   table   [ null | p | q | r | s | t | guard ]      lease(3): top_ moves from t to q; the row is
//              new top_ ^           ^ old top_        r, s, t, still in the table
//
// While a lease is open the pool may allocate, but nothing may be deallocated: a slot that came
// back would overwrite the row. CheckedPool throws CorruptionError where it would, StackPool leaves
// it undefined. Leases end in the reverse order of their making, as scopes do by themselves. The
// pool is neither moved nor destroyed meanwhile; purge() is refused with CorruptionError, close()
// makes the lease void. O(1) each way, O(n) where slots are handed out for the first time or
// something was allocated since the lease was made. One thread.
#pragma once

#include <cstddef>
#include <span>

namespace vmperf::pool {

/// Where a row lies: on top of `base` entries, the last of which was at `below` when it was leased.
struct LeaseBlock {
  const void *below = nullptr;
  std::size_t base = 0;
  std::size_t n = 0;

  /// The entries; void * may alias every pointer type.
  [[nodiscard]] std::span<void *const> row() const noexcept {
    return {static_cast<void *const *>(below) + 1, n};
  }
};

/// A row of slots, seen as objects: a forward range.
template <class T> class LeasedObjects {
public:
  class Iterator {
  public:
    using value_type = T *;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    explicit Iterator(void *const *slot) noexcept : slot_(slot) {}
    [[nodiscard]] T *operator*() const noexcept { return static_cast<T *>(*slot_); }
    Iterator &operator++() noexcept {
      ++slot_;
      return *this;
    }
    Iterator operator++(int) noexcept { return Iterator(slot_++); }
    [[nodiscard]] bool operator==(const Iterator &) const = default;

  private:
    void *const *slot_ = nullptr;
  };

  explicit LeasedObjects(std::span<void *const> slots) noexcept : slots_(slots) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(slots_.data()); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(slots_.data() + slots_.size()); }
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }

private:
  std::span<void *const> slots_;
};

template <class T, class Pool> class Lease {
public:
  Lease(Pool &pool, std::size_t n) : pool_(&pool), block_(pool.open_lease(n)) {}
  /// Takes over a row that the pool's open_lease() gave.
  Lease(Pool &pool, LeaseBlock open) noexcept : pool_(&pool), block_(open) {}
  Lease(const Lease &) = delete;
  Lease &operator=(const Lease &) = delete;
  Lease(Lease &&) = delete;
  Lease &operator=(Lease &&) = delete;
  /// Ends the lease; where end() would throw, the slots stay live instead.
  [[gnu::always_inline]] ~Lease() {
    if (pool_ != nullptr) {
      pool_->drop_lease(block_);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return block_.n; }
  [[nodiscard]] T *operator[](std::size_t i) const noexcept { return static_cast<T *>(slots()[i]); }
  /// The row itself, in the pool's table.
  [[nodiscard]] std::span<void *const> slots() const noexcept { return block_.row(); }
  /// The row as a range of T *.
  [[nodiscard]] LeasedObjects<T> objects() const noexcept { return LeasedObjects<T>(slots()); }

  /// Gives the slots back now. A checked pool throws CorruptionError, and the lease stays open,
  /// where a later lease is still open.
  void end() {
    if (pool_ != nullptr) {
      pool_->close_lease(block_);
      pool_ = nullptr;
    }
  }

private:
  Pool *pool_;
  LeaseBlock block_;
};

} // namespace vmperf::pool
