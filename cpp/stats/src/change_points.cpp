#include "vmperf/stats/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "checks.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

constexpr std::int64_t kMaxPermutations = 1'000'000;

struct Segment {
  std::size_t begin, end;
};

struct Split {
  double gain = -1; // below any that exists
  std::size_t at = 0;
};

// The best split of one segment; keeps its buffers from call to call.
class Splitter {
public:
  explicit Splitter(std::size_t min_segment) : least_(min_segment) {}

  // x[0, t) against x[t, end') for every t and end': end' grows by one value at a time, whose
  // distances to all before it, as running sums, update every split at once.
  Split best(std::span<const double> x) {
    Split found;
    const std::size_t n = x.size();
    if (n < 2 * least_) {
      return found;
    }
    across_.assign(n, 0);   // [t]: sum of |x_i - x_j|, i < t <= j
    right_.assign(n, 0);    // [t]: sum of |x_i - x_j|, t <= i < j
    left_.assign(n + 1, 0); // [t]: sum of |x_i - x_j|, i < j < t
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0; // of distances from x_j to the first t values
      prefix_.assign(j + 1, 0);
      for (std::size_t t = 0; t < j; ++t) {
        prefix_[t] = sum;
        sum += std::abs(x[t] - x[j]);
      }
      prefix_[j] = sum;
      left_[j + 1] = left_[j] + sum;
      for (std::size_t t = 0; t <= j; ++t) {
        across_[t] += prefix_[t];
        right_[t] += sum - prefix_[t];
      }
      take_best(j + 1, found);
    }
    return found;
  }

private:
  void take_best(std::size_t end, Split &found) const {
    for (std::size_t t = least_; t + least_ <= end; ++t) {
      const auto m = static_cast<double>(t);
      const auto n = static_cast<double>(end - t);
      const double energy =
          2 * across_[t] / (m * n) - left_[t] / (m * (m - 1) / 2) - right_[t] / (n * (n - 1) / 2);
      const double gain = energy * m * n / (m + n);
      if (gain > found.gain) {
        found = {.gain = gain, .at = t};
      }
    }
  }

  std::size_t least_;
  std::vector<double> across_, right_, left_, prefix_;
};

void shuffle(std::span<double> x, CounterRng &rng) {
  for (std::size_t i = x.size(); i > 1; --i) {
    std::swap(x[i - 1], x[rng.below(i)]);
  }
}

class Search {
public:
  Search(std::span<const double> logs, const ChangeSearch &search)
      : logs_(logs), search_(search), splitter_(static_cast<std::size_t>(search.min_segment)),
        segments_{{.begin = 0, .end = logs.size()}} {}

  std::vector<ChangePoint> run() {
    std::vector<ChangePoint> found;
    for (std::uint64_t round = 0;; ++round) {
      Split best;
      std::size_t where = 0;
      for (std::size_t s = 0; s < segments_.size(); ++s) {
        const Split split = splitter_.best(values_of(logs_, segments_[s]));
        if (split.gain > best.gain) {
          best = split;
          where = s;
        }
      }
      if (best.gain <= 0) {
        return found;
      }
      const double p = p_value(best.gain, round);
      if (p > search_.significance) {
        return found;
      }
      Segment &old = segments_[where];
      const std::size_t at = old.begin + best.at;
      const Segment after{.begin = at, .end = old.end};
      old.end = at;
      segments_.insert(segments_.begin() + static_cast<std::ptrdiff_t>(where) + 1, after);
      found.push_back({.index = at, .p = p, .ratio = 1});
    }
  }

  [[nodiscard]] const std::vector<Segment> &segments() const noexcept { return segments_; }

private:
  template <class T> static std::span<T> values_of(std::span<T> all, const Segment &segment) {
    return all.subspan(segment.begin, segment.end - segment.begin);
  }

  // Share of shuffled series whose best split gains as much. Ends early, with a lower bound, once
  // the significance is out of reach.
  double p_value(double gain, std::uint64_t round) {
    const auto total = static_cast<double>(search_.permutations + 1);
    std::vector<double> shuffled(logs_.begin(), logs_.end());
    double reached = 1; // the series itself
    const auto permutations = static_cast<std::uint64_t>(search_.permutations);
    for (std::uint64_t r = 0; r < permutations; ++r) {
      CounterRng rng(search_.seed, round * permutations + r);
      bool beaten = false;
      for (const Segment &segment : segments_) {
        const auto part = values_of(std::span<double>(shuffled), segment);
        shuffle(part, rng);
        beaten = beaten || splitter_.best(part).gain >= gain;
      }
      reached += beaten ? 1 : 0;
      if (reached > search_.significance * total) {
        break;
      }
    }
    return reached / total;
  }

  std::span<const double> logs_;
  const ChangeSearch &search_;
  Splitter splitter_;
  std::vector<Segment> segments_;
};

void check(std::span<const double> values, const ChangeSearch &search) {
  check_positive(values, "values");
  if (values.size() > kMaxHistory) {
    throw InvalidArgumentError("values", "of length " + std::to_string(values.size()),
                               "length 1 to " + std::to_string(kMaxHistory));
  }
  check_share(search.significance, "significance");
  if (search.permutations < 1 || search.permutations > kMaxPermutations) {
    throw InvalidArgumentError("permutations", std::to_string(search.permutations),
                               "1 to " + std::to_string(kMaxPermutations));
  }
  if (search.significance * static_cast<double>(search.permutations + 1) < 1) {
    throw InvalidArgumentError("permutations", std::to_string(search.permutations),
                               "so many that p can get down to the significance, " +
                                   text(search.significance));
  }
  if (search.min_segment < 2) {
    throw InvalidArgumentError("min_segment", std::to_string(search.min_segment), "2 or more");
  }
}

} // namespace

std::vector<ChangePoint> change_points(std::span<const double> values, const ChangeSearch &search) {
  check(values, search);
  std::vector<double> logs(values.size());
  std::ranges::transform(values, logs.begin(), [](double v) { return std::log(v); });
  Search run(logs, search);
  auto found = run.run();
  std::ranges::sort(found, {}, &ChangePoint::index);
  const std::span<const double> all(logs);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto &before = run.segments()[i];
    const auto &after = run.segments()[i + 1];
    found[i].ratio = std::exp(median(all.subspan(after.begin, after.end - after.begin)) -
                              median(all.subspan(before.begin, before.end - before.begin)));
  }
  return found;
}

} // namespace vmperf::stats
