// The locks of those who write into a table: 8 of them, each for every eighth set, so that two
// writers rarely meet and who must hold the whole table takes 8, not one per set (a clear would
// pay 5 ns a set for that, more than for the clear itself); fewer below 4096 sets. A byte each, on
// a line of its own, with a count of the flushes of single pages under it: who fills what he looked
// up before a flush finds that it changed. Readers never come here. Without kShared everything is
// empty: one thread. O(1); spins, and yields after some turns.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
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
  static constexpr std::uint64_t kMostStripes = 8, kSetsPerStripe = 512;

  /// For a power of two of sets.
  explicit StripeLocks(std::uint64_t sets) noexcept
      : n_(sets < kSetsPerStripe                  ? 1
           : sets < kSetsPerStripe * kMostStripes ? sets / kSetsPerStripe
                                                  : kMostStripes) {}

  struct alignas(kCacheLineBytes) Stripe : SpinLock<kShared> {
    std::atomic<std::uint64_t> page_flushes{0}; ///< written under the lock

    void count_flush() noexcept {
      page_flushes.store(page_flushes.load(std::memory_order_relaxed) + 1,
                         std::memory_order_release);
    }
  };

  [[nodiscard]] Stripe &of(std::uint64_t set) noexcept { return stripes_[number(set)]; }
  [[nodiscard]] std::size_t number(std::uint64_t set) const noexcept { return set & (n_ - 1); }

  void lock_all() noexcept {
    if constexpr (kShared) {
      for (std::uint64_t i = 0; i < n_; ++i) {
        stripes_[i].lock();
      }
    }
  }
  void unlock_all() noexcept {
    if constexpr (kShared) {
      for (std::uint64_t i = 0; i < n_; ++i) {
        stripes_[i].unlock();
      }
    }
  }
  /// With all of them held.
  void count_flush_in_all() noexcept {
    for (std::uint64_t i = 0; i < n_; ++i) {
      stripes_[i].count_flush();
    }
  }

private:
  std::array<Stripe, kMostStripes> stripes_;
  std::uint64_t n_;
};

} // namespace vmperf::tlb
