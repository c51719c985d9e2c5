#include "vmperf/bench/runner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string>

#include "batch.hpp"
#include "deadline.hpp"
#include "evidence.hpp"
#include "group.hpp"
#include "placement.hpp"
#include "schedule.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/core_clock.hpp"

namespace vmperf::bench {
namespace {

constexpr double kEvidenceShare = 0.25; // of what is left of a design's time
constexpr double kPatience = 2;         // a first op may take that many shares of its design
constexpr double kLeastFirst = 5;       // first ops in what is left: with fewer it is not repeated
constexpr double kHalfBatch = 0.5;
constexpr double kPairBatches = 1.5;       // of n, and of half as many ops
constexpr int kLeastRounds = 2;            // whatever the time
constexpr double kOverTimer = 1.5;         // an estimate may be that much too long
constexpr double kResettleFraction = 0.05; // of a sample, untimed, after buffers are placed anew

class Group {
public:
  Group(Params params, const Settings &settings, Beacon *beacon)
      : params_(std::move(params)), settings_(settings), beacon_(beacon) {
    if (settings_.evidence_ns == 0) {
      settings_.evidence_ns = kMostEvidenceNs;
    }
    params_.set_seed(settings.seed); // every placement and process of a run has the same data
  }

  std::vector<CaseResult> run(const Benchmark &benchmark, std::vector<Lane> lanes);

private:
  void announce(const Lane &lane, Phase phase) {
    if (beacon_ != nullptr) {
      beacon_->enter(lane.number, phase);
    }
  }
  void warm_up();
  void warm_up(Lane &lane, double share_ns);
  void refuse_late(Lane &lane, const char *what) const;
  [[nodiscard]] Schedule schedule(double place_ns);
  void place(int number);
  void settle(const Schedule &schedule);
  void see_growth(bool last);
  [[nodiscard]] double rounds_to_settle() const;
  void finish_placement(int number);
  void sample(const Schedule &schedule, int number, int placement);
  void sample_empty(std::int64_t batch_ns);
  void measure_all(const Schedule &schedule, double finish_ns);

  Params params_;
  Settings settings_;
  Beacon *beacon_;
  Deadline deadline_{settings_.deadline_ns};
  std::vector<Lane> lanes_;
  std::unique_ptr<Placement> placement_;
  WorkloadPtr empty_ = make_empty_loop();
  double empty_ns_ = std::numeric_limits<double>::infinity();
  double core_hz_ = os::core_hz();
};

// What an op takes of a batch's time. Where prepare() takes more than the ops, a batch that is
// stamped as a whole gets ops enough for the timer all the same; one in pieces needs none.
double op_cost_ns(const Lane &lane, const Schedule &schedule) {
  const double resolvable = schedule.batch_ns(1) * lane.ns_per_op / (kOverTimer * least_batch_ns());
  const bool in_pieces =
      lane.recorder != nullptr ||
      schedule.batch_ns(1) / lane.wall_ns_per_op > static_cast<double>(lane.workload->max_n());
  return in_pieces ? lane.wall_ns_per_op : std::min(lane.wall_ns_per_op, resolvable);
}

template <class Step> double time_of(Step step) {
  const std::int64_t begin = os::now_ns();
  step();
  return static_cast<double>(os::now_ns() - begin);
}

void Group::refuse_late(Lane &lane, const char *what) const {
  lane.refuse(Status::timed_out, std::string(what) + ": the designs of this point have " +
                                     std::to_string(settings_.deadline_ns / 1'000'000) +
                                     " ms of the budget");
}

// The rounds to come, without designs whose ops are too long for them.
Schedule Group::schedule(double place_ns) {
  std::vector<double> costs;
  std::vector<Lane *> running;
  for (Lane &lane : lanes_) {
    if (lane.runs()) {
      costs.push_back(lane.wall_ns_per_op);
      running.push_back(&lane);
    }
  }
  const Fit found = fit(settings_, costs, place_ns, deadline_.left_ns());
  std::vector<double> kept;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (found.has[i]) {
      kept.push_back(costs[i]);
      running[i]->settles = found.settles;
    } else {
      refuse_late(*running[i], "no time for two samples");
    }
  }
  return {found.settings, kept.empty() ? std::vector<double>{1.0} : kept, least_batch_ns()};
}

void Group::place(int number) {
  placement_ = std::make_unique<Placement>(settings_.seed, settings_.process,
                                           static_cast<std::uint64_t>(number));
  for (Lane &lane : lanes_) {
    if (lane.runs()) {
      announce(lane, Phase::make);
      make_workload(lane, params_);
    }
  }
}

void Group::warm_up() {
  auto left = static_cast<double>(std::ranges::count_if(lanes_, &Lane::runs));
  for (Lane &lane : lanes_) {
    if (lane.runs()) {
      warm_up(lane, deadline_.left_ns() / left--);
    }
  }
}

void Group::warm_up(Lane &lane, double share_ns) {
  const Deadline mine(
      std::isfinite(share_ns) ? std::max<std::int64_t>(1, static_cast<std::int64_t>(share_ns)) : 0);
  // What evidence may take of the time that is left.
  const auto limited = [&] {
    Settings settings = settings_;
    if (mine.is_set()) {
      const double most = kEvidenceShare * std::max(mine.left_ns(), 1.0);
      const auto limit = static_cast<std::int64_t>(most) + 1;
      settings.evidence_ns = std::min(settings_.evidence_ns, limit);
    }
    return settings;
  };
  announce(lane, Phase::evidence);
  guarded(lane, [&] { count_fresh(*lane.workload, limited(), lane.result.evidence); });
  announce(lane, Phase::warm_up);
  guarded(lane, [&] {
    const std::int64_t begin = os::now_ns();
    note_first_checksum(lane);
    const std::int64_t first_ns = os::now_ns() - begin;
    if (static_cast<double>(first_ns) > kPatience * share_ns) {
      refuse_late(lane, "no time after the first op");
      return;
    }
    if (lane.first_ops == 1 && mine.left_ns() < kLeastFirst * static_cast<double>(first_ns)) {
      estimate_by(lane, first_ns);
    } else { // warm by as much
      calibrate(lane, std::max<std::int64_t>(0, settings_.warm_up_ns - first_ns));
    }
  });
  announce(lane, Phase::evidence);
  guarded(lane, [&] {
    gather_evidence(*lane.workload, lane.ns_per_op, limited(), lane.result.evidence);
  });
}

void Group::see_growth(bool last) {
  for (Lane &lane : lanes_) {
    announce(lane, Phase::measure);
    guarded(lane, [&] {
      settle_again(lane);
      time_half(lane, placement_->stack_shift_bytes());
      if (last) {
        settle_growth(lane, placement_->stack_shift_bytes(), deadline_);
      }
    });
  }
}

// Of placement -1, the calibration's, nothing is reported.
void Group::finish_placement(int number) {
  for (Lane &lane : lanes_) {
    if (lane.workload == nullptr) {
      continue;
    }
    observe_placement(lane);
    announce(lane, Phase::verify);
    if (number >= 0) {
      report_placement(lane, static_cast<std::uint32_t>(number));
    }
    verify_and_drop(lane);
    if (number >= 0) {
      note_memory(lane, static_cast<std::uint32_t>(number));
    }
  }
}

void Group::settle(const Schedule &schedule) {
  for (Lane &lane : lanes_) {
    if (!lane.settles) {
      continue;
    }
    guarded(lane, [&] {
      announce(lane, Phase::warm_up);
      const double ops = kResettleFraction * schedule.batch_ns(1) / lane.wall_ns_per_op;
      bench::settle(lane, std::clamp<std::uint64_t>(static_cast<std::uint64_t>(ops), 1,
                                                    lane.workload->max_n()));
    });
  }
}

void Group::sample_empty(std::int64_t batch_ns) {
  const auto n = static_cast<std::uint64_t>(std::max<std::int64_t>(batch_ns, 1000)) * 8;
  const Batch batch = time_batch(*empty_, {n, 1, placement_->stack_shift_bytes()});
  empty_ns_ = std::min(empty_ns_, static_cast<double>(batch.ns) / static_cast<double>(n));
}

// One round: a batch of every design and of the empty loop, in an order that changes every round.
// Others may move the clock: the fastest one of all rounds goes with the fastest batch.
void Group::sample(const Schedule &schedule, int number, int placement) {
  for (const std::size_t slot : schedule.order(lanes_.size() + 1, number)) {
    if (slot == lanes_.size()) {
      sample_empty(static_cast<std::int64_t>(least_batch_ns()));
      core_hz_ = std::max(core_hz_, os::core_hz_now());
      continue;
    }
    Lane &lane = lanes_[slot];
    guarded(lane, [&] {
      announce(lane, Phase::measure);
      const std::uint64_t n = schedule.iterations(op_cost_ns(lane, schedule), number);
      const Batch batch = timed_batch(lane, n, placement_->stack_shift_bytes());
      lane.result.samples.push(batch.ns, static_cast<std::int64_t>(n), batch.flags,
                               static_cast<std::uint32_t>(placement));
      report_sample(lane, lane.result.samples.size() - 1);
    });
  }
}

// Pairs of batches that growth will need in the end, as parts of a round.
double Group::rounds_to_settle() const {
  double pairs = 0;
  double running = 1;
  for (const Lane &lane : lanes_) {
    pairs += pairs_to_come(lane);
    running += lane.runs() ? 1 : 0;
  }
  return kPairBatches * pairs / running;
}

// What is still to be done after a round has its time, too: that of the last one of its kind.
void Group::measure_all(const Schedule &schedule, double finish_ns) {
  int placed = -1;
  double round_ns = 0;
  double place_ns = 0;
  for (int i = 0; i < schedule.n_samples(); ++i) {
    const int wanted = schedule.placement(i);
    const double rounds_ns = (1 + kHalfBatch + rounds_to_settle()) * round_ns;
    const double next_ns = rounds_ns + finish_ns + (wanted != placed ? place_ns + finish_ns : 0);
    if (deadline_.left_ns() < next_ns && i >= kLeastRounds) {
      break;
    }
    if (wanted != placed) {
      if (placed >= 0) {
        finish_ns = time_of([&] {
          see_growth(false);
          finish_placement(placed);
        });
      }
      place_ns = time_of([&] {
        place(wanted + 1);
        settle(schedule);
      });
      placed = wanted;
    }
    round_ns = time_of([&] { sample(schedule, i, placed); });
  }
  see_growth(true);
  finish_placement(placed);
}

std::vector<CaseResult> Group::run(const Benchmark &benchmark, std::vector<Lane> lanes) {
  lanes_ = std::move(lanes);
  settings_.count_instructions = settings_.count_instructions && benchmark.uncounted().empty();
  const double place_ns = time_of([&] { place(0); });
  require_params(lanes_);
  warm_up();
  if (benchmark.is_comparable()) {
    compare_checksums(lanes_);
  }
  const double finish_ns = time_of([&] { finish_placement(-1); }); // verify() may take long
  const Schedule rounds = schedule(place_ns + finish_ns);
  if (std::ranges::any_of(lanes_, &Lane::runs)) {
    measure_all(rounds, finish_ns);
  }
  std::vector<CaseResult> results;
  for (Lane &lane : lanes_) {
    lane.workload.reset();
    lane.result.evidence.core_hz = core_hz_;
    lane.result.evidence.empty_ns_per_op = std::isfinite(empty_ns_) ? empty_ns_ : 0;
    lane.result.evidence.disturbs = end_own_states(lane.own);
    if (!benchmark.uncounted().empty() && settings_.process == 0) {
      lane.result.evidence.instr_status = "declared uncounted: " + benchmark.uncounted();
    }
    note_limits(lane);
    judge_checksums(lane, benchmark);
    judge(lane, benchmark);
    std::move(*lane.collector).finish(lane.result);
    results.push_back(std::move(lane.result));
  }
  return results;
}

void check(const Settings &settings) {
  const auto refuse = [](const char *name, auto value, const char *allowed) {
    throw InvalidArgumentError(name, std::to_string(value), allowed);
  };
  if (settings.warm_up_ns < 0) {
    refuse("warm_up_ns", settings.warm_up_ns, ">= 0");
  }
  if (settings.measurement_ns <= 0) {
    refuse("measurement_ns", settings.measurement_ns, "> 0");
  }
  if (settings.n_samples < 2) {
    refuse("n_samples", settings.n_samples, ">= 2");
  }
  if (settings.n_placements < 1 || settings.n_placements > settings.n_samples) {
    refuse("n_placements", settings.n_placements, "1..n_samples");
  }
  if (settings.evidence_ns < 0) {
    refuse("evidence_ns", settings.evidence_ns, ">= 0");
  }
  if (settings.deadline_ns < 0) {
    refuse("deadline_ns", settings.deadline_ns, ">= 0");
  }
}

} // namespace

std::vector<CaseResult> measure(const Registry &registry, const Benchmark &benchmark,
                                const Params &params, const std::vector<std::string> &designs,
                                const Settings &settings, Beacon *beacon) {
  check(settings);
  const auto all = registry.designs_of(benchmark);
  std::vector<std::string> names = designs;
  if (names.empty()) {
    for (const Design *design : all) {
      names.push_back(design->name());
    }
  }
  std::vector<Lane> lanes;
  lanes.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    lanes.push_back(make_lane(find_design(all, names[i]), benchmark, i));
  }
  return Group(params, settings, beacon).run(benchmark, std::move(lanes));
}

} // namespace vmperf::bench
