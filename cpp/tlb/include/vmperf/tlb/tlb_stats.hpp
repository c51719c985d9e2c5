// What a TLB counts, on its slow paths alone: a hit costs nothing. Each is exact with one writer at
// a time; two that count the same thing at the same moment may lose one. O(1); thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace vmperf::tlb {

struct TlbStats {
  std::uint64_t fills = 0;     ///< translations kept
  std::uint64_t evictions = 0; ///< of these, in the place of another page's entry
  std::uint64_t unfit = 0;     ///< translations that the entry cannot hold, or that permit nothing
  std::uint64_t flushes_all = 0;   ///< flush()
  std::uint64_t flushes_asid = 0;  ///< flush_asid()
  std::uint64_t flushes_page = 0;  ///< flush_page()
  std::uint64_t flushes_range = 0; ///< flush_range()
  std::uint64_t entries_swept = 0; ///< entries emptied by the two before
  std::uint64_t clears = 0;        ///< whole tables emptied, as context ids ran out
};

/// A count that readers may read while its writer counts.
class Count {
public:
  void add(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

} // namespace vmperf::tlb
