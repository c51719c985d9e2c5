// The designs of one group while it is measured: what each needs between make() and the verdict.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/bench/runner.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

/// One design under measurement. Once `result.status` is not ok it gets no more batches.
struct Lane {
  const Design *design = nullptr;
  const Maker *maker = nullptr;
  std::uint32_t number = 0; ///< index + 1 in the call's list, for the beacon
  WorkloadPtr workload;
  double ns_per_op = 0; ///< from the calibration
  CaseResult result;

  [[nodiscard]] bool runs() const noexcept { return result.status == Status::ok; }
  void refuse(Status status, std::string reason) {
    if (runs()) {
      result.status = status;
      result.reason = std::move(reason);
    }
  }
};

/// InvalidArgumentError names those there are.
[[nodiscard]] const Design &find_design(const std::vector<const Design *> &all,
                                        const std::string &name);

/// The lane of one design, refused at once where the design is not there. `index`: in the call's
/// list.
[[nodiscard]] Lane make_lane(const Design &design, const Benchmark &benchmark, std::size_t index);

/// Makes the workload anew; failures become the lane's status, InvalidArgumentError passes.
void make_workload(Lane &lane, const Params &params);

/// Asks verify() and drops the workload; a fault becomes the lane's status.
void verify_and_drop(Lane &lane);

/// Runs `step` for a lane that still runs; an exception becomes its status.
template <class Step> void guarded(Lane &lane, Step step);

/// Warms up for `warm_up_ns` and estimates ns per op; time that does not grow with n is refused.
void calibrate(Lane &lane, std::int64_t warm_up_ns);

/// The verdict on a measured lane: proved work, a resolvable batch, a tolerable spread.
void judge(Lane &lane, const Benchmark &benchmark);

void note_exception(Lane &lane);

template <class Step> void guarded(Lane &lane, Step step) {
  if (!lane.runs()) {
    return;
  }
  try {
    step();
  } catch (...) {
    note_exception(lane);
  }
}

} // namespace vmperf::bench
