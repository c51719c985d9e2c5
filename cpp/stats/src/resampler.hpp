// Draws with replacement from a sample, kept as how often each rank was drawn: the median of a
// resample is then a walk over n counters and the mean a dot product, with no sort and no copy.
// Resample r is a pure function of (values, seed, lane, r): draw i is value i of stream
// 2 r + lane of the counter-based generator, mapped to a rank of the sorted sample. Two lanes let
// two sample sets be resampled together, independently. O(n) per resample. An object is one
// thread's.
#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <span>
#include <vector>

namespace vmperf::stats {

class Resampler {
public:
  /// Sorts a copy of the values; at least two.
  Resampler(std::span<const double> values, const char *argument, std::uint64_t seed,
            std::uint64_t lane = 0);

  /// Makes resample number `index` the current one.
  void draw(std::uint64_t index);

  [[nodiscard]] double median() const noexcept; ///< of the current resample
  [[nodiscard]] double mean() const;            ///< of the current resample

  [[nodiscard]] std::span<const double> sorted() const noexcept { return sorted_; }

private:
  std::vector<double> sorted_;
  Eigen::ArrayX<std::int32_t> counts_;
  std::uint64_t seed_, lane_;
};

} // namespace vmperf::stats
