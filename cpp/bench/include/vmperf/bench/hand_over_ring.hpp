// A bounded queue of items from one thread to another (SPSC). Each side keeps the other's last
// known position, so that it reads the other's cache line only when that one does not suffice.
// put_some, take_some: O(items moved), wait-free; one producer and one consumer.
// Source: Lamport, Specifying Concurrent Program Modules, TOPLAS 1983.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vmperf::bench {

template <class T = void *, std::size_t Capacity = 1024> class HandOverRing {
public:
  static constexpr std::size_t kCapacity = Capacity;

  /// Puts up to n items that make() returns; how many.
  template <class Make> std::size_t put_some(std::size_t n, Make make) {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (kCapacity - (tail - head_seen_) < n) {
      head_seen_ = head_.load(std::memory_order_acquire);
    }
    const std::size_t put = std::min<std::size_t>(n, kCapacity - (tail - head_seen_));
    for (std::size_t i = 0; i < put; ++i) {
      cells_[(tail + i) % kCapacity] = make();
    }
    tail_.store(tail + put, std::memory_order_release);
    return put;
  }

  /// Gives up to n items to use(); how many.
  template <class Use> std::size_t take_some(std::size_t n, Use use) {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (tail_seen_ - head < n) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
    }
    const std::size_t taken = std::min<std::size_t>(n, tail_seen_ - head);
    for (std::size_t i = 0; i < taken; ++i) {
      use(cells_[(head + i) % kCapacity]);
    }
    head_.store(head + taken, std::memory_order_release);
    return taken;
  }

private:
  alignas(64) std::atomic<std::uint64_t> tail_{0}; // the producer's
  std::uint64_t head_seen_ = 0;
  alignas(64) std::atomic<std::uint64_t> head_{0}; // the consumer's
  std::uint64_t tail_seen_ = 0;
  alignas(64) std::array<T, kCapacity> cells_{};
};

} // namespace vmperf::bench
