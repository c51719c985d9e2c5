// A pool for callers that hold handles, not pointers: Python, and other languages after it. A
// handle is the address of a slot. Every argument is checked, also the state of the pool; whether a
// handle is a live slot is checked where the pool is made so, else only that no more is freed than
// was allocated. Each call is O(1) but for those of the pool below it that are not. One thread at a
// time: a call that meets another one under way is refused; give_back() and is_closed() alone may
// come from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "vmperf/pool/checked_pool.hpp"
#include "vmperf/pool/intrusive_pool.hpp"
#include "vmperf/pool/op_counts.hpp"
#include "vmperf/pool/pool_stats.hpp"
#include "vmperf/pool/raw_stack_pool.hpp"

namespace vmperf::pool {

enum class Layout : std::uint8_t { array, intrusive };           ///< how free slots are kept
enum class Figures : std::uint8_t { none, derived, operations }; ///< what stats() tells

class HandlePool {
public:
  struct Options {
    std::size_t item_bytes = 64;
    std::size_t capacity = 0;
    std::size_t align = 64;
    Layout layout = Layout::array;
    bool checked = true;
    Figures figures = Figures::derived;
  };

  struct Stats : PoolStats {
    std::size_t resident_bytes = 0; ///< bytes of the slabs whose pages are in memory now
    bool has_counts = false;        ///< whether operations were counted
    CountedStats counts{};

    bool operator==(const Stats &) const = default;
  };

  /// A row of handles in the pool's own table.
  struct Row {
    std::uint64_t id = 0; ///< of close_lease()
    std::span<void *const> slots;
    std::shared_ptr<void> memory; ///< keeps the row readable, though not meaningful
  };

  /// InvalidArgumentError for a bad shape or capacity, CapacityError where memory is out.
  explicit HandlePool(const Options &options);

  [[nodiscard]] std::uint64_t allocate();
  /// CorruptionError where the handle is not live.
  void deallocate(std::uint64_t handle);
  /// All of the row or CapacityError.
  void allocate_n(std::span<std::uint64_t> out);
  /// All of the row, or CorruptionError and none; an unchecked pool tests the count alone.
  void deallocate_n(std::span<const std::uint64_t> handles);

  /// See lease.hpp; UnsupportedError in an intrusive pool. close_lease: CorruptionError where a
  /// later lease is open; nothing where the pool was closed meanwhile.
  [[nodiscard]] Row open_lease(std::size_t n);
  void close_lease(std::uint64_t id);

  /// Contiguous memory of `bytes` bytes, in whole slots: a slab that the pool lends out.
  [[nodiscard]] Slab take_slab(std::size_t bytes);
  /// A lent slab comes back, at the next call that can take it. Any thread.
  void give_back(Slab slab) noexcept;

  void preallocate(std::size_t n);
  std::size_t purge();
  void close();
  [[nodiscard]] Stats stats();
  /// A capacity with which the use so far would not have made the pool grow, and `headroom` of it
  /// more. InvalidArgumentError where that is negative or not finite.
  [[nodiscard]] std::size_t advise_capacity(double headroom);

  /// InvalidArgumentError where no pool of this shape can have n slots.
  void check_count(std::size_t n) const;
  /// Any thread.
  [[nodiscard]] bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  [[nodiscard]] const Options &options() const noexcept { return options_; }

private:
  using Pool =
      std::variant<RawStackPool, RawCheckedPool, RawIntrusivePool, RawCheckedIntrusivePool>;
  struct OpenLease {
    std::uint64_t id;
    LeaseBlock block;
  };
  class Entry;

  static Pool make_pool(const Options &options);
  void require_room_to_free(std::size_t n) const;
  void take_back_slabs();

  Options options_;
  Pool pool_;
  CountedStats counts_;
  std::vector<OpenLease> leases_;
  std::uint64_t next_lease_ = 1;
  std::atomic<bool> busy_ = false;
  std::atomic<bool> closed_ = false;
  std::mutex returned_mutex_;
  std::vector<Slab> returned_;
};

} // namespace vmperf::pool
