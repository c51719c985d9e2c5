// The locks of those who write into a table: each covers every eighth set, so that two writers
// rarely meet, and whoever must hold the whole table takes 8, not one per set (a clear would pay 5
// ns a set for that, more than for the clear itself). A byte each, on a line of its own, with a
// count of the flushes of single pages under it: who fills what he looked up before a flush finds
// that it changed. Readers never come here. Without kShared everything is empty: one thread.
// O(1); spins, and yields after some turns.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "vmperf/base/align.hpp"

namespace vmperf::tlb {

namespace detail {
/// Waits until the byte may be 0; out of line, as it is rare.
void wait_for_unlock(const std::atomic<std::uint8_t> &byte) noexcept;
} // namespace detail

template <bool kShared> class SpinLock {
public:
  [[gnu::always_inline]] void lock() noexcept {
    if constexpr (kShared) {
      while (byte_.exchange(1, std::memory_order_acquire) != 0) [[unlikely]] {
        detail::wait_for_unlock(byte_);
      }
    }
  }
  [[gnu::always_inline]] void unlock() noexcept {
    if constexpr (kShared) {
      byte_.store(0, std::memory_order_release);
    }
  }

private:
  std::atomic<std::uint8_t> byte_{0};
};

template <bool kShared> class StripeLocks {
public:
  static constexpr std::uint64_t kStripes = 8;

  struct alignas(kCacheLineBytes) Stripe : SpinLock<kShared> {
    std::atomic<std::uint64_t> page_flushes{0}; ///< written under the lock

    void count_flush() noexcept {
      page_flushes.store(page_flushes.load(std::memory_order_relaxed) + 1,
                         std::memory_order_release);
    }
  };

  [[nodiscard]] Stripe &of(std::uint64_t set) noexcept { return stripes_[set % kStripes]; }

  void lock_all() noexcept {
    if constexpr (kShared) {
      for (Stripe &stripe : stripes_) {
        stripe.lock();
      }
    }
  }
  void unlock_all() noexcept {
    if constexpr (kShared) {
      for (Stripe &stripe : stripes_) {
        stripe.unlock();
      }
    }
  }
  /// With all of them held.
  void count_flush_in_all() noexcept {
    for (Stripe &stripe : stripes_) {
      stripe.count_flush();
    }
  }

private:
  std::array<Stripe, kStripes> stripes_;
};

} // namespace vmperf::tlb
