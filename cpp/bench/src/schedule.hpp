// Which batch runs when and how long: pure arithmetic over the settings, so it can be tested alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/bench/runner.hpp"

namespace vmperf::bench {

class Schedule {
public:
  /// `ns_per_op` of each design that runs (not empty). Linear sampling falls back to flat where the
  /// slowest op cannot give distinct batch sizes in the time, and to 20 samples where even one op a
  /// sample overruns it.
  Schedule(const Settings &settings, const std::vector<double> &ns_per_op, double least_batch_ns);

  [[nodiscard]] int n_samples() const noexcept { return n_samples_; }
  [[nodiscard]] bool linear() const noexcept { return linear_; }

  /// The length of batch i (from 1) that every design aims at.
  [[nodiscard]] double batch_ns(int i) const noexcept;

  /// Iterations of sample `number` (from 0) for an op of this cost.
  [[nodiscard]] std::uint64_t iterations(double ns_per_op, int number) const noexcept;

  /// Which placement of buffers sample `number` runs in.
  [[nodiscard]] int placement(int number) const noexcept;

  /// The order of `slots` participants in round `number`: a seeded shuffle, rotated every round so
  /// that each one follows each place equally often.
  [[nodiscard]] std::vector<std::size_t> order(std::size_t slots, int number) const;

private:
  std::uint64_t seed_, process_;
  int n_samples_, n_placements_;
  bool linear_;
  double first_batch_ns_ = 0;
};

} // namespace vmperf::bench
