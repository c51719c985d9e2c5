// When old space is collected: what may be promoted before the next full collection.
//   fixed         whatever fits: it runs when the space is used up
//   proportional  as much as lives, 1 MiB at least: collect at twice what lived
//   membalancer   the square root of live x promotion rate / marking rate, by a constant: heaps of
//                 one process share memory so that none could gain by another's
// O(1). Source: Kirisame, Shenoy and Panchekha 2022 (MemBalancer).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

class Pacer {
public:
  explicit Pacer(std::string_view name)
      : proportional_(name == "proportional"), balanced_(name == "membalancer") {}

  /// Whether a full collection is due.
  [[nodiscard]] bool due(std::uint64_t promoted_bytes) const noexcept {
    return promoted_bytes > allowance_;
  }

  /// After a full collection that took `mark_ns` and left `live_bytes`; `promoted_bytes` since the
  /// one before.
  void collected(std::uint64_t live_bytes, std::uint64_t promoted_bytes, std::int64_t mark_ns) {
    const std::int64_t now = os::now_ns();
    const auto live = static_cast<double>(live_bytes);
    if (proportional_) {
      allowance_ = std::max(kLeast, live_bytes);
    } else if (balanced_) {
      const double promoted_per_ns = static_cast<double>(promoted_bytes) /
                                     static_cast<double>(std::max<std::int64_t>(1, now - last_ns_));
      const double marked_per_ns = live / static_cast<double>(std::max<std::int64_t>(1, mark_ns));
      const double ratio = promoted_per_ns / std::max(marked_per_ns, 1e-9);
      allowance_ = std::max(kLeast, static_cast<std::uint64_t>(std::sqrt(live * ratio * kBytes)));
    }
    last_ns_ = now;
  }

private:
  static constexpr std::uint64_t kLeast = std::uint64_t{1} << 20U;
  static constexpr double kBytes = 64.0 * 1024 * 1024; ///< memory weighed against time

  bool proportional_, balanced_;
  std::uint64_t allowance_ = ~std::uint64_t{0};
  std::int64_t last_ns_ = os::now_ns();
};

} // namespace vmperf::gc
