// Full packets of work that any worker may take: the policy `packets`, a common pool behind a lock.
// A packet is 256 items, so that the lock is taken once for as many. O(1) and a copy of 2 KiB; any
// number of threads. Source: Ossia et al., "A Parallel, Incremental and Concurrent GC for Servers",
// PLDI 2002.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "vmperf/gc/mark_item.hpp"

namespace vmperf::gc {

class PacketPool {
public:
  static constexpr std::size_t kItems = 256;
  struct Packet {
    std::array<MarkItem, kItems> items;
    std::size_t n = 0;
  };

  void put(const Packet &packet) {
    const std::scoped_lock lock(mutex_);
    packets_.push_back(packet);
    size_.store(packets_.size(), std::memory_order_release);
  }
  bool take(Packet &packet) {
    const std::scoped_lock lock(mutex_);
    if (packets_.empty()) {
      return false;
    }
    packet = packets_.back();
    packets_.pop_back();
    size_.store(packets_.size(), std::memory_order_release);
    return true;
  }
  [[nodiscard]] bool empty() const noexcept { return size_.load(std::memory_order_acquire) == 0; }

private:
  std::mutex mutex_;
  std::vector<Packet> packets_;
  std::atomic<std::size_t> size_{0};
};

} // namespace vmperf::gc
