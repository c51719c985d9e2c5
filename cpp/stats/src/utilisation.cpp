#include "vmperf/stats/utilisation.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::stats {
namespace {

void check(const PauseTimes &pauses) {
  if (pauses.start_ns.size() != pauses.ns.size()) {
    throw InvalidArgumentError("ns", std::to_string(pauses.ns.size()) + " values",
                               std::to_string(pauses.start_ns.size()) + ", as start_ns has");
  }
  if (pauses.end_ns < pauses.begin_ns) {
    throw InvalidArgumentError("end_ns", std::to_string(pauses.end_ns), "begin_ns or later");
  }
  std::int64_t free_from = pauses.begin_ns;
  for (std::size_t i = 0; i < pauses.ns.size(); ++i) {
    const std::int64_t start = pauses.start_ns[i];
    const std::int64_t ns = pauses.ns[i];
    const std::string at = " at index " + std::to_string(i);
    if (start < free_from || start > pauses.end_ns) {
      throw InvalidArgumentError("start_ns", std::to_string(start) + at,
                                 "behind the end of the pause before, within the run");
    }
    if (ns < 0 || ns > pauses.end_ns - start) {
      throw InvalidArgumentError("ns", std::to_string(ns) + at, "0 to the end of the run");
    }
    free_from = start + ns;
  }
}

// Time paused before a moment: a prefix sum, and the part of the pause that the moment lies in.
class Paused {
public:
  explicit Paused(const PauseTimes &pauses) : pauses_(pauses), before_(pauses.ns.size() + 1) {
    for (std::size_t i = 0; i < pauses.ns.size(); ++i) {
      before_[i + 1] = before_[i] + pauses.ns[i];
    }
  }

  [[nodiscard]] std::int64_t until(std::int64_t moment) const {
    const auto behind = std::ranges::upper_bound(pauses_.start_ns, moment);
    const auto n = static_cast<std::size_t>(behind - pauses_.start_ns.begin());
    if (n == 0) {
      return 0;
    }
    return before_[n - 1] + std::min(pauses_.ns[n - 1], moment - pauses_.start_ns[n - 1]);
  }

private:
  PauseTimes pauses_;
  std::vector<std::int64_t> before_;
};

double least(const PauseTimes &pauses, const Paused &paused, std::int64_t window) {
  const std::int64_t last = pauses.end_ns - window; // the latest begin of a window
  std::int64_t most = 0;
  const auto look = [&](std::int64_t begin) {
    const std::int64_t from = std::clamp(begin, pauses.begin_ns, last);
    most = std::max(most, paused.until(from + window) - paused.until(from));
  };
  for (std::size_t i = 0; i < pauses.ns.size(); ++i) {
    look(pauses.start_ns[i]);
    look(pauses.start_ns[i] + pauses.ns[i] - window);
  }
  return 1 - static_cast<double>(most) / static_cast<double>(window);
}

} // namespace

std::vector<double> min_mutator_utilisation(const PauseTimes &pauses,
                                            std::span<const std::int64_t> windows_ns) {
  check(pauses);
  const Paused paused(pauses);
  std::vector<double> found;
  found.reserve(windows_ns.size());
  for (const std::int64_t window : windows_ns) {
    if (window < 1) {
      throw InvalidArgumentError("windows_ns", std::to_string(window), "1 or more");
    }
    found.push_back(window > pauses.end_ns - pauses.begin_ns
                        ? std::numeric_limits<double>::quiet_NaN()
                        : least(pauses, paused, window));
  }
  return found;
}

} // namespace vmperf::stats
