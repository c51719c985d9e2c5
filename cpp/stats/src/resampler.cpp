#include "resampler.hpp"

#include <cstddef>
#include <limits>

#include "checks.hpp"
#include "eigen_view.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/stats/quantile.hpp"

namespace vmperf::stats {
namespace {

std::vector<double> checked(std::span<const double> values, const char *argument) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  if (values.size() > kMost) {
    throw InvalidArgumentError(argument, "an array of " + std::to_string(values.size()) + " values",
                               "at most " + std::to_string(kMost) + " values in a bootstrap");
  }
  check_values(values, argument, 2);
  return sorted_copy(values, argument);
}

} // namespace

Resampler::Resampler(std::span<const double> values, const char *argument, std::uint64_t seed,
                     std::uint64_t lane)
    : sorted_(checked(values, argument)),
      counts_(Eigen::ArrayX<std::int32_t>::Zero(static_cast<Eigen::Index>(sorted_.size()))),
      seed_(seed), lane_(lane) {}

void Resampler::draw(std::uint64_t index) {
  CounterRng rng(seed_, 2 * index + lane_);
  const std::size_t n = sorted_.size();
  counts_.setZero();
  for (std::size_t i = 0; i < n; ++i) {
    ++counts_[static_cast<Eigen::Index>(rng.below(n))];
  }
}

double Resampler::median() const noexcept {
  const auto n = static_cast<std::int64_t>(sorted_.size());
  const std::int64_t lower_rank = (n - 1) / 2; // equal to upper_rank where n is odd
  const std::int64_t upper_rank = n / 2;
  std::size_t i = 0;
  std::int64_t seen = counts_[0];
  while (seen <= lower_rank) {
    seen += counts_[static_cast<Eigen::Index>(++i)];
  }
  const double lower = sorted_[i];
  while (seen <= upper_rank) {
    seen += counts_[static_cast<Eigen::Index>(++i)];
  }
  return lower + (sorted_[i] - lower) / 2;
}

double Resampler::mean() const {
  return (counts_.cast<double>() * view(sorted_)).sum() / static_cast<double>(sorted_.size());
}

} // namespace vmperf::stats
