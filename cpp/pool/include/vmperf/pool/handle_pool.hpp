// A pool for callers that hold handles, not pointers: Python, and other languages after it. A
// handle is the address of a slot. Every argument is checked, also the state of the pool; whether a
// handle is a live slot is checked where the pool is made so, else only that no more is freed than
// was allocated. Each call is O(1) but for those of the pool below it that are not. One thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "vmperf/pool/checked_pool.hpp"
#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"

namespace vmperf::pool {

class HandlePool {
public:
  struct Stats : PoolStats {
    std::size_t resident_bytes = 0; ///< bytes of the slabs whose pages are in memory now

    bool operator==(const Stats &) const = default;
  };

  /// InvalidArgumentError for a bad shape or capacity, CapacityError where memory is out.
  HandlePool(std::size_t item_bytes, std::size_t capacity, std::size_t align, bool checked);

  [[nodiscard]] std::uint64_t allocate();
  /// CorruptionError where the handle is not live.
  void deallocate(std::uint64_t handle);
  void preallocate(std::size_t n);
  std::size_t purge();
  void close();
  [[nodiscard]] Stats stats() const;

  [[nodiscard]] bool is_closed() const;
  [[nodiscard]] bool is_checked() const noexcept {
    return std::holds_alternative<RawCheckedPool>(pool_);
  }
  [[nodiscard]] const SlotShape &shape() const noexcept { return shape_; }

private:
  std::variant<RawStackPool, RawCheckedPool> pool_;
  SlotShape shape_;
};

} // namespace vmperf::pool
