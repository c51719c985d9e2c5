#include "vmperf/memops/thresholds.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "tiers.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/cpu.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

namespace {

constexpr std::size_t kAssumed = std::size_t{24} << 20U;
constexpr std::int64_t kBudget_ns = 80'000'000; // the turn under way still ends
constexpr std::size_t kMiB = std::size_t{1} << 20U;

bool measured = false;

} // namespace

namespace detail {
constinit std::size_t stream_copy_bytes = kAssumed;
constinit std::size_t stream_fill_bytes = kAssumed;
} // namespace detail

namespace {

// Two buffers and the deadline of one calibration.
class Probe {
public:
  static constexpr std::size_t kMost = 16 * kMiB;

  explicit Probe(const Ops &table) : table_(table), dst_(kMost), src_(kMost) {
    table_.fill_temporal(src_.data(), 1, kMost); // a page that was never written is the zero page
    table_.fill_temporal(dst_.data(), 1, kMost);
  }

  /// Whether data as hot as n bytes can be is written past the caches no slower: the least of two
  /// turns, each way in turn. False where there was no time; the largest size always gets one turn.
  template <class Temporal, class Stream>
  [[nodiscard]] bool stream_wins(std::size_t n, Temporal temporal, Stream stream) const {
    std::array<std::int64_t, 2> least{kNever, kNever};
    for (int turn = 0; turn < 2 && (in_time() || (turn == 0 && n == kMost)); ++turn) {
      temporal();
      least[0] = std::min(least[0], time(temporal));
      stream();
      least[1] = std::min(least[1], time(stream));
    }
    return least[0] != kNever && least[1] <= least[0];
  }

  [[nodiscard]] bool copy_wins(std::size_t n) const {
    return stream_wins(
        n, [&] { table_.copy_temporal(dst_.data(), src_.data(), n); },
        [&] { table_.copy_stream(dst_.data(), src_.data(), n); });
  }
  [[nodiscard]] bool fill_wins(std::size_t n) const {
    return stream_wins(
        n, [&] { table_.fill_temporal(dst_.data(), 0, n); },
        [&] { table_.fill_stream(dst_.data(), 0, n); });
  }

private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] bool in_time() const { return os::now_ns() < deadline_; }
  template <class Work> static std::int64_t time(Work work) {
    const std::int64_t start = os::now_ns();
    work();
    return os::now_ns() - start;
  }

  const Ops &table_;
  std::int64_t deadline_ = os::now_ns() + kBudget_ns;
  os::Mapping dst_, src_;
};

// From the largest size down while streaming wins. Where it loses even there, the cache is larger
// than the probe: then from three quarters of the last level as the kernel tells it.
template <class Wins> std::size_t least_winning(Wins wins) {
  std::size_t found = 0;
  for (const std::size_t n : {Probe::kMost, Probe::kMost / 2, Probe::kMost / 4}) {
    if (!wins(n)) {
      break;
    }
    found = n;
  }
  if (found != 0) {
    return found;
  }
  std::size_t most = 0;
  for (const os::Cache &cache : os::caches(0)) {
    most = std::max(most, static_cast<std::size_t>(cache.size_bytes));
  }
  return std::max(2 * Probe::kMost, most / 4 * 3);
}

} // namespace

Thresholds thresholds() noexcept {
  return {__atomic_load_n(&detail::stream_copy_bytes, __ATOMIC_RELAXED),
          __atomic_load_n(&detail::stream_fill_bytes, __ATOMIC_RELAXED),
          __atomic_load_n(&measured, __ATOMIC_RELAXED)};
}

void set_thresholds(const Thresholds &values) {
  if (values.stream_copy_bytes < 4096 || values.stream_fill_bytes < 4096) {
    const bool copy = values.stream_copy_bytes < 4096;
    throw InvalidArgumentError(
        copy ? "stream_copy_bytes" : "stream_fill_bytes",
        std::to_string(copy ? values.stream_copy_bytes : values.stream_fill_bytes), "4096 or more");
  }
  __atomic_store_n(&detail::stream_copy_bytes, values.stream_copy_bytes, __ATOMIC_RELAXED);
  __atomic_store_n(&detail::stream_fill_bytes, values.stream_fill_bytes, __ATOMIC_RELAXED);
  __atomic_store_n(&measured, values.measured, __ATOMIC_RELAXED);
}

Thresholds calibrate() {
  const Probe probe(ops()); // the shorter first, so that both get their turn
  const std::size_t fill = least_winning([&](std::size_t n) { return probe.fill_wins(n); });
  const std::size_t copy = least_winning([&](std::size_t n) { return probe.copy_wins(n); });
  const Thresholds found{copy, fill, true};
  set_thresholds(found);
  return found;
}

} // namespace vmperf::memops
