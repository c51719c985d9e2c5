// The designs of one group while it is measured: what each needs between make() and the verdict.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "batch.hpp"
#include "collector.hpp"
#include "deadline.hpp"
#include "own_state.hpp"
#include "vmperf/bench/latency.hpp"
#include "vmperf/bench/runner.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

/// What a placement used, for the built-in metrics.
struct Ledger {
  std::int64_t rss_before_bytes = 0, rss_peak_bytes = 0, rss_after_bytes = 0;
  std::int64_t page_faults = 0, cpu_ns = 0, wall_ns = 0;
  int threads = 0;
};

/// What was seen beside the times, for the notes.
struct Observed {
  std::int64_t cpu_ns = 0, wall_ns = 0;
  std::int64_t waits = 0;                        ///< times that a batch gave its CPU up
  std::uint64_t batches = 0;                     ///< of the placement under way
  std::int64_t second_bytes = 0, last_bytes = 0; ///< resident after its second, its last batch
  std::int64_t least_grown_bytes = std::numeric_limits<std::int64_t>::max(); ///< of placements
  int placements = 0; ///< that had batches enough
};

/// The least ns per op of batches of n and of half as many ops.
struct GrowthTimes {
  double whole_ns = std::numeric_limits<double>::infinity();
  double half_ns = std::numeric_limits<double>::infinity();
  std::uint64_t n = 0;     ///< of the last pair; 0 = none yet
  std::int64_t faults = 0; ///< page faults of the quickest batch of n, where pairs were taken
  bool by_faults = false;  ///< what is beyond twice the time was page faults
};

/// The checksums of batches of one n, done by one instance: of the untimed batch with which it
/// settles, and of the first measured one. No memory is taken for them between batches.
struct Checksums {
  struct One {
    std::uint64_t n = 0, checksum = 0; ///< n of 0: none yet
  };
  std::array<One, 2> first;
  One before, after; ///< of the case, where two of one n were seen to differ
};

/// One design under measurement. Once `result.status` is not ok it gets no more batches.
struct Lane {
  const Design *design = nullptr;
  const Maker *maker = nullptr;
  std::uint32_t number = 0; ///< index + 1 in the call's list, for the beacon
  WorkloadPtr workload;
  double ns_per_op = 0;      ///< from the calibration
  double wall_ns_per_op = 0; ///< the same with prepare() and stamps
  std::uint64_t n_pieces = 0, n_batches = 0;
  std::unique_ptr<LatencyRecorder> recorder; ///< of a latency benchmark, anew for each placement
  std::unique_ptr<Collector> collector;
  Ledger ledger;
  OwnStates own;
  Observed observed;
  GrowthTimes growth;
  Checksums checksums;
  std::uint64_t first_ops = 0;       ///< that result.checksum is of
  bool settles = true;               ///< each placement begins with an untimed batch
  bool is_functor = false;           ///< its last value is the checksum, whatever that is
  std::exception_ptr refused_params; ///< an InvalidArgumentError that ended it
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

/// Makes the workload anew; failures become the lane's status.
void make_workload(Lane &lane, const Params &params);

/// Throws the InvalidArgumentError that a maker threw where no design took the params: the caller's
/// mistake. Where another design takes them it is that design's fault alone.
void require_params(const std::vector<Lane> &lanes);

/// Asks verify() and drops the workload; a fault becomes the lane's status.
void verify_and_drop(Lane &lane);

/// A batch of the lane's workload, entered into its ledger.
[[nodiscard]] Batch timed_batch(Lane &lane, std::uint64_t n, std::size_t stack_shift_bytes);

/// Asks the workload to report with sample `index`, where the benchmark has metrics of samples.
void report_sample(Lane &lane, std::size_t index);

/// Asks the workload to report at the end of placement `number`, and adds what the harness saw.
void report_placement(Lane &lane, std::uint32_t number);

/// Adds the memory that the placement used, once its workload is gone.
void note_memory(Lane &lane, std::uint32_t number);

/// Notes the checksum of the first ops: of 64, where they are quick.
void note_first_checksum(Lane &lane);

/// Refuses designs whose first ops have another checksum than the naive design's or, where there is
/// none, than the first one's.
void compare_checksums(std::vector<Lane> &lanes);

/// The untimed batch at the begin of a placement, and again at its end: its checksum is compared.
void settle(Lane &lane, std::uint64_t n);
void settle_again(Lane &lane);

/// Compares the checksum of a batch with that of an earlier batch of as many ops.
void note_checksum(Lane &lane, std::uint64_t n, std::uint64_t checksum);

/// Refuses, or notes where nothing is declared, that batches of one n have different checksums.
void judge_checksums(Lane &lane, const Benchmark &benchmark);

/// Times a batch of half as many ops as a sample has; once a placement.
void time_half(Lane &lane, std::size_t stack_shift_bytes);

/// How many pairs of batches, of n and of half as many ops, are foreseen for that by now.
[[nodiscard]] double pairs_to_come(const Lane &lane);

/// Enters how time grows from n to 2n ops; measures again where it does not grow as it should, a
/// few times, and more often while there is time.
void settle_growth(Lane &lane, std::size_t stack_shift_bytes, const Deadline &deadline);

/// Runs `step` for a lane that still runs, in its own process state; an exception becomes its
/// status.
template <class Step> void guarded(Lane &lane, Step step);

/// Warms up for `warm_up_ns` and estimates ns per op; time that does not grow with n is refused.
void calibrate(Lane &lane, std::int64_t warm_up_ns);

/// Takes the time of the first op for that of all: there is no time to do it again.
void estimate_by(Lane &lane, std::int64_t first_ns);

/// Ends what was observed of one placement, before its workload goes.
void observe_placement(Lane &lane);

/// Enters the limits of the lane's figures into its evidence, in words.
void note_limits(Lane &lane);

/// The verdict on a measured lane: proved work, a resolvable batch, a tolerable spread.
void judge(Lane &lane, const Benchmark &benchmark);

void note_exception(Lane &lane);

template <class Step> void guarded(Lane &lane, Step step) {
  if (!lane.runs()) {
    return;
  }
  const OwnState own(lane.own);
  try {
    step();
  } catch (...) {
    note_exception(lane);
  }
}

} // namespace vmperf::bench
