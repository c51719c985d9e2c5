// One side of a comparison: a workload made once under a chosen placement of its buffers, whose
// batches another process commands one at a time, in turn with the other side's. What a batch is
// and what it records is the same as in measure(). One thread; a batch is O(n).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/runner.hpp"

namespace vmperf::bench {

class Arm {
public:
  struct Timing {
    std::int64_t ns;     ///< the timer's cost already subtracted
    std::uint32_t flags; ///< of what disturbed it, as in Samples
  };
  struct Instructions {
    std::optional<double> per_op;
    std::string status; ///< counted, or why not
  };

  /// What the workload says beside time, since it was made.
  struct Reported {
    std::map<std::string, double, std::less<>> metrics; ///< NaN: not delivered
    std::vector<Detail> details;                        ///< distributions, series, tables
  };

  /// Makes the workload. InvalidArgumentError for unknown names or values, UnsupportedError where
  /// the design can't run here. `seed` decides the placement; data are drawn from params.seed(),
  /// which both sides of a comparison have alike.
  Arm(const Registry &registry, const std::string &id, const Params &params,
      const std::string &design, std::uint64_t seed);
  Arm(const Arm &) = delete;
  Arm &operator=(const Arm &) = delete;
  Arm(Arm &&) noexcept;
  Arm &operator=(Arm &&) noexcept;
  ~Arm();

  /// Runs for at least `warm_up_ns`; ns per op of the best batch. MeasurementError (optimised_away)
  /// where time does not grow with the work.
  [[nodiscard]] double calibrate(std::int64_t warm_up_ns);
  [[nodiscard]] Timing run(std::uint64_t n);
  /// What the last batch reports of the metrics that have a value per sample, name by name.
  /// Untimed. MeasurementError (crashed) where the workload reports what is not declared.
  [[nodiscard]] std::map<std::string, double, std::less<>> sample();
  /// Instructions per op, by single-stepping a child process.
  [[nodiscard]] Instructions count_instructions();
  /// Untimed. MeasurementError (crashed) where the workload reports what is not declared.
  [[nodiscard]] Reported report();
  /// Empty, or why the work is not proved.
  [[nodiscard]] std::string verify();
  /// The most ops of one batch. Where the workload's own max_n() is less, it is taken in pieces.
  static constexpr std::uint64_t kMostOps = Workload::kUnlimited;
  /// Of this design's peer or library; empty for the project's own.
  [[nodiscard]] const std::string &version() const noexcept;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace vmperf::bench
