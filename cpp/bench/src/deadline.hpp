// What a group may still spend of its budget, and how many rounds of batches that is.
// The runner asks before each stage: samples and placements are fewer where time is short, and a
// design whose op is too long for its part of the time is left out before it takes that of others.
// One op that is under way is not cut short here; the parent process does that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "vmperf/bench/runner.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::bench {

/// A moment; `ns` <= 0: never.
class Deadline {
public:
  explicit Deadline(std::int64_t ns)
      : end_ns_(ns > 0 ? os::now_ns() + ns : std::numeric_limits<std::int64_t>::max()) {}

  [[nodiscard]] bool is_set() const noexcept {
    return end_ns_ != std::numeric_limits<std::int64_t>::max();
  }
  /// Nanoseconds until then; infinity where it never comes.
  [[nodiscard]] double left_ns() const {
    return is_set() ? static_cast<double>(end_ns_ - os::now_ns())
                    : std::numeric_limits<double>::infinity();
  }

private:
  std::int64_t end_ns_;
};

/// The rounds that fit.
struct Fit {
  Settings settings;     ///< with fewer samples and placements, batches as long as before
  std::vector<bool> has; ///< by design, whether it takes part
  bool settles = true;   ///< whether there is time for the untimed batch of each placement
};

/// What fits into `left_ns` for ops of these times; `place_ns`: what a placement takes beside
/// them. The longest ops are left out first; where none would be left, no placement is settled.
/// Without a limit nothing changes.
[[nodiscard]] Fit fit(const Settings &settings, const std::vector<double> &op_ns, double place_ns,
                      double left_ns);

} // namespace vmperf::bench
