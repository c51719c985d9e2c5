// A pause's clock: read every 128 objects, it says when the time is up, and how much of it was
// somebody else's: a step between two reads that is more than ten times the usual one, 10 us at
// least, is no work of the collector's, but an interruption. The usual one is a running median: a
// step above it raises it by a little, one below lowers it by as much. 25 ns a reading; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

class SliceClock {
public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  void start(std::int64_t deadline_ns = kNever) noexcept {
    deadline_ns_ = deadline_ns;
    last_ns_ = os::now_ns();
  }
  /// Whether the time is up.
  bool over() noexcept {
    const std::int64_t now = os::now_ns();
    step(now - last_ns_);
    last_ns_ = now;
    return now >= deadline_ns_;
  }
  [[nodiscard]] std::int64_t last_ns() const noexcept { return last_ns_; }
  /// Nanoseconds of interruptions since the last call.
  std::int64_t take_interrupted() noexcept {
    const std::int64_t found = interrupted_ns_;
    interrupted_ns_ = 0;
    return found;
  }

  /// One step took `ns`.
  void step(std::int64_t ns) noexcept {
    if (median_ns_ == 0) {
      median_ns_ = std::max<std::int64_t>(ns, kLeastNs);
      return;
    }
    if (ns > 10 * median_ns_) {
      interrupted_ns_ += ns - median_ns_;
    }
    const std::int64_t little = std::max<std::int64_t>(median_ns_ / 16, 1);
    median_ns_ =
        std::max<std::int64_t>(median_ns_ + (ns > median_ns_ ? little : -little), kLeastNs);
  }

private:
  static constexpr std::int64_t kLeastNs = 1000;

  std::int64_t deadline_ns_ = 0, last_ns_ = 0, median_ns_ = 0, interrupted_ns_ = 0;
};

} // namespace vmperf::gc
