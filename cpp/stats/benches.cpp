// What recording one value of a distribution costs, beside the two ways that come to mind first:
// keep every value, or count them in a map. Each can answer any quantile afterwards, and is asked.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/stats/histogram.hpp"

namespace vmperf::stats {
namespace {

using bench::Verification;
using Values = std::vector<std::uint64_t>;

constexpr std::size_t kValues = 4096; // 32 KiB, replayed
constexpr std::uint64_t kMostKept = std::uint64_t{1} << 20U;
constexpr std::uint64_t kSeed = 20240917;

// ns of an op, around a hundred with a tail; one value alone; all magnitudes up to 2^40.
Values draw_values(const std::string &shape) {
  if (shape != "latency" && shape != "same" && shape != "wide") {
    throw InvalidArgumentError("values", shape, "latency, same, wide");
  }
  CounterRng rng(kSeed);
  Values values(kValues, 100);
  for (std::uint64_t &value : values) {
    const double u = rng.uniform();
    if (shape == "latency") {
      value = static_cast<std::uint64_t>(80 / std::pow(1 - u, 0.6));
    } else if (shape == "wide") {
      value = static_cast<std::uint64_t>(std::exp2(40 * u));
    }
  }
  return values;
}

class IntoHistogram {
public:
  static constexpr std::uint64_t kMost = bench::Workload::kUnlimited;
  void begin() const noexcept {}
  void record(std::uint64_t value) noexcept { histogram_.record(value); }
  [[nodiscard]] std::uint64_t probe(std::uint64_t value) const noexcept {
    return histogram_.count_at(histogram_.index_of(value));
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return histogram_.count(); }
  [[nodiscard]] std::uint64_t value_at(std::uint64_t rank) const noexcept {
    return histogram_.value_at(rank);
  }

private:
  Histogram histogram_;
};

// Those of the last batch alone: what all of them take is why a histogram is wanted.
class IntoVector {
public:
  static constexpr std::uint64_t kMost = kMostKept;
  IntoVector() { kept_.reserve(kMostKept); }
  void begin() noexcept { kept_.clear(); }
  void record(std::uint64_t value) { kept_.push_back(value); }
  [[nodiscard]] std::uint64_t probe(std::uint64_t value) const noexcept {
    return kept_.empty() ? value : kept_.back();
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return kept_.size(); }
  [[nodiscard]] std::uint64_t value_at(std::uint64_t rank) {
    const auto at = kept_.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::ranges::nth_element(kept_, at); // a batch begins without any
    return *at;
  }

private:
  Values kept_;
};

class IntoMap {
public:
  static constexpr std::uint64_t kMost = bench::Workload::kUnlimited;
  void begin() const noexcept {}
  void record(std::uint64_t value) { ++counts_[value]; }
  [[nodiscard]] std::uint64_t probe(std::uint64_t value) const {
    const auto found = counts_.find(value);
    return found == counts_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t sum = 0;
    for (const auto &[value, n] : counts_) {
      sum += n;
    }
    return sum;
  }
  [[nodiscard]] std::uint64_t value_at(std::uint64_t rank) const noexcept {
    std::uint64_t seen = 0;
    for (const auto &[value, n] : counts_) {
      seen += n;
      if (seen >= rank) {
        return value;
      }
    }
    return 0;
  }

private:
  std::map<std::uint64_t, std::uint64_t> counts_;
};

template <class Into> class Recording final : public bench::Workload {
public:
  explicit Recording(Values values) : values_(std::move(values)) {}

  std::uint64_t run(std::uint64_t n) override {
    into_.begin();
    first_ = Into::kMost == kUnlimited ? 0 : at_; // what it still holds begins there
    const std::uint64_t *const values = values_.data();
    for (std::uint64_t i = 0; i < n; ++i) {
      into_.record(values[(at_ + i) % kValues]);
    }
    at_ += n;
    return into_.probe(values[(at_ - 1) % kValues]);
  }

  // Each value as often as it came: the count, and ranks from the least to the greatest.
  [[nodiscard]] Verification verify() override {
    const std::uint64_t n = at_ - first_;
    if (into_.count() != n) {
      return Verification::failed("holds " + std::to_string(into_.count()) + " of " +
                                  std::to_string(n) + " values");
    }
    const auto sorted = weighted();
    for (const std::uint64_t percent : {0U, 10U, 50U, 90U, 99U, 100U}) {
      const std::uint64_t rank = std::max(n / 100 * percent + n % 100 * percent / 100, kOne);
      const std::uint64_t expected = value_of(sorted, rank);
      const std::uint64_t found = n == 0 ? 0 : into_.value_at(rank);
      if (found < expected || found > expected + expected / 1000) {
        return Verification::failed("rank " + std::to_string(rank) + " is " +
                                    std::to_string(found) + ", not " + std::to_string(expected));
      }
    }
    return Verification::passed();
  }

  [[nodiscard]] std::uint64_t max_n() const noexcept override { return Into::kMost; }

private:
  static constexpr std::uint64_t kOne = 1;
  using Weighted = std::vector<std::pair<std::uint64_t, std::uint64_t>>; // value, how often

  [[nodiscard]] Weighted weighted() const {
    Weighted sorted;
    const std::uint64_t n = at_ - first_;
    for (std::uint64_t i = 0; i < kValues; ++i) {
      sorted.emplace_back(values_[(first_ + i) % kValues], n / kValues + (i < n % kValues ? 1 : 0));
    }
    std::ranges::sort(sorted);
    return sorted;
  }

  static std::uint64_t value_of(const Weighted &sorted, std::uint64_t rank) {
    std::uint64_t seen = 0;
    for (const auto &[value, n] : sorted) {
      seen += n;
      if (seen >= rank) {
        return value;
      }
    }
    return 0; // nothing was recorded
  }

  Values values_;
  Into into_;
  std::uint64_t at_ = 0, first_ = 0;
};

template <class Into> bench::WorkloadPtr make_recording(const bench::Params &params) {
  return std::make_unique<Recording<Into>>(draw_values(params.get_string("values")));
}

} // namespace

void declare_benches(bench::Registry &registry) {
  registry.benchmark("stats/histogram_record")
      .summary("record one value of a distribution, so that its quantiles can be asked for later")
      .headline()
      .op("one value recorded; its share of a loop over 4096 values, which is alike for all")
      .fooled_by("4096 values are replayed: the buckets, or nodes, that they need stay in cache")
      .fooled_by("naive forgets each batch's values when the next begins, and sorts none of them")
      .fooled_by("values=same increments one counter: the latency of a store and its reload")
      .varies("what was recorded before is counted, too")
      .axis("values", {"latency", "same", "wide"}, "latency")
      .design("histogram", "log-linear buckets of 3 significant digits",
              make_recording<IntoHistogram>)
      .design("naive", "push_back on a vector that has its room already",
              make_recording<IntoVector>)
      .design("map", "std::map from value to count: exact", make_recording<IntoMap>);
}

} // namespace vmperf::stats
