// SharedPool for callers that hold handles, not pointers: Python, and other languages after it. A
// handle is the address of a slot. Arguments and the state of the pool are checked, and that a
// handle is the address of a slot; that the slot is live is not.
// allocate: O(1); deallocate: O(slabs), locked. Any thread; close() while no other is inside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "vmperf/pool/shared_pool.hpp"

namespace vmperf::pool {

class HandleSharedPool {
public:
  /// InvalidArgumentError for a bad shape, capacity or magazine, CapacityError where memory is out.
  HandleSharedPool(std::size_t item_bytes, std::size_t capacity, std::size_t align,
                   std::size_t magazine_capacity)
      : pool_(item_bytes, align, capacity, magazine_capacity) {}

  [[nodiscard]] std::uint64_t allocate();
  /// CorruptionError where the handle is no slot's address.
  void deallocate(std::uint64_t handle);
  void preallocate(std::size_t n) { pool_.preallocate(n); }
  void close() noexcept { pool_.close(); }
  [[nodiscard]] SharedPoolStats stats() const { return pool_.stats(); }
  [[nodiscard]] bool is_closed() const noexcept { return pool_.is_closed(); }
  [[nodiscard]] std::size_t magazine_capacity() const noexcept { return pool_.magazine_capacity(); }
  [[nodiscard]] const SlotShape &shape() const noexcept { return pool_.shape(); }

private:
  RawSharedPool pool_;
};

} // namespace vmperf::pool
