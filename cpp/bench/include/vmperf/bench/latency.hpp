// Stamps single ops: the CPU's ordered counter before and after each, its difference into a
// histogram of ticks. A pair of stamps costs 20 to 40 ns and is not subtracted; the design `null`
// of a latency benchmark shows it. Recording is inline, outside the stamps, and allocates only when
// a range of values is met first. One recorder is one thread's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "vmperf/os/ordered_ticks.hpp"
#include "vmperf/stats/histogram.hpp"

namespace vmperf::bench {

class LatencyRecorder {
public:
  void begin() noexcept { begin_ = os::ticks_before(); }
  void end() {
    const std::uint64_t end = os::ticks_after();
    const std::uint64_t ticks = end > begin_ ? end - begin_ : 0;
    total_ += ticks;
    histogram_.record(ticks);
  }

  void clear() noexcept { histogram_.clear(); }
  /// `count` ops that took `ticks`, to the bucket: of a recorder in a library.
  void add(std::uint64_t ticks, std::uint64_t count) noexcept {
    total_ += ticks * count;
    histogram_.record_n(ticks, count);
  }
  /// Visits (ticks, count) of what was recorded since clear(), to the bucket.
  template <class Visit> void each(Visit visit) const {
    const auto [first, last] = histogram_.used();
    for (std::size_t i = first; i < last; ++i) {
      if (const std::uint64_t count = histogram_.count_at(i); count != 0) {
        const std::uint64_t low = std::max(histogram_.lowest(i), histogram_.min());
        const std::uint64_t high = std::min(histogram_.highest(i), histogram_.max());
        visit(low + (high - low) / 2, count);
      }
    }
  }

  [[nodiscard]] const stats::Histogram &histogram() const noexcept { return histogram_; }
  [[nodiscard]] std::uint64_t total_ticks() const noexcept { return total_; }

private:
  std::uint64_t begin_ = 0, total_ = 0;
  stats::Histogram histogram_;
};

} // namespace vmperf::bench
