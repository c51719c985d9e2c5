#include "api_quota.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "vmperf/bench/report.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/stats/histogram.hpp"
#include "vmperf/stats/utilisation.hpp"

namespace vmperf::gc {
namespace {

constexpr double kTolerance = 1.05; ///< what counts as within the target
constexpr std::int64_t kWindowNs = 10'000'000;
constexpr std::uint64_t kLeastCollections = 10;

bool holds_target(const SpaceSource &source) {
  return source.name == "gen-immix" || source.name == "gen-immix-atomic";
}

struct Demand {
  std::string program;
  SpaceSettings space;
  ProgramSettings settings;
  std::int64_t target_ns = 0;
  std::uint64_t steps_of_op = 1;
};

/// Pauses of the timed batches, on a clock that stands still between them.
class Pauses {
public:
  explicit Pauses(std::int64_t target_ns) : target_ns_(target_ns) {}

  void begin() { begin_ns_ = os::now_ns(); }
  void end(const Machine &machine) {
    const std::int64_t now = os::now_ns();
    for (const Pause &pause : machine.pauses(seen_)) {
      ++seen_;
      if (pause.start_ns >= begin_ns_) {
        start_ns_.push_back(active_ns_ + pause.start_ns - begin_ns_);
        add(pause);
      }
    }
    for (const Decision &decision : machine.decisions(decided_)) {
      ++decided_;
      last_resorts_ += decision.phase == QuotaPhase::last_resort ? 1 : 0;
    }
    active_ns_ += now - begin_ns_;
  }
  /// What has been until now is not of the measurement.
  void skip(const Machine &machine) {
    seen_ += machine.pauses(seen_).size();
    decided_ += machine.decisions(decided_).size();
  }

  void report(bench::Report &report) const {
    const auto n = static_cast<double>(ns_.size());
    report.distribution("pause", histogram_);
    report.distribution("pause_corrected", corrected_);
    report.metric("held_ratio", n > 0 ? static_cast<double>(held_) / n : std::nan(""));
    report.metric("held_corrected_ratio",
                  n > 0 ? static_cast<double>(held_corrected_) / n : std::nan(""));
    report.metric("interrupted_pauses", static_cast<double>(interrupted_));
    report.metric("marked_cycles", static_cast<double>(majors_));
    report.metric("last_resorts", static_cast<double>(last_resorts_));
    report.metric("paused_ratio", histogram_.sum() / static_cast<double>(active_ns_));
    if (active_ns_ >= kWindowNs) {
      report.metric("min_utilisation_10ms", utilisation(ns_));
      report.metric("min_utilisation_10ms_corrected", utilisation(corrected_ns_));
    }
  }

  /// Whether a pause was within the target, what interrupted it left out.
  [[nodiscard]] bool held(const Pause &pause) const {
    return within(pause.ns - pause.interrupted_ns);
  }

private:
  [[nodiscard]] bool within(std::int64_t ns) const {
    return static_cast<double>(ns) <= static_cast<double>(target_ns_) * kTolerance;
  }
  [[nodiscard]] double utilisation(const std::vector<std::int64_t> &ns) const {
    return stats::min_mutator_utilisation(
        {.start_ns = start_ns_, .ns = ns, .begin_ns = 0, .end_ns = active_ns_},
        std::vector{kWindowNs})[0];
  }
  void add(const Pause &pause) {
    ns_.push_back(pause.ns);
    corrected_ns_.push_back(std::max<std::int64_t>(pause.ns - pause.interrupted_ns, 0));
    histogram_.record(static_cast<std::uint64_t>(pause.ns));
    corrected_.record(static_cast<std::uint64_t>(corrected_ns_.back()));
    held_ += within(pause.ns) ? 1 : 0;
    held_corrected_ += held(pause) ? 1 : 0;
    interrupted_ += pause.interrupted_ns > 0 ? 1 : 0;
    majors_ += pause.kind == Kind::major ? 1 : 0;
  }

  std::int64_t target_ns_, begin_ns_ = 0, active_ns_ = 0;
  std::vector<std::int64_t> start_ns_, ns_, corrected_ns_;
  stats::Histogram histogram_, corrected_;
  std::uint64_t held_ = 0, held_corrected_ = 0, interrupted_ = 0, majors_ = 0, last_resorts_ = 0;
  std::size_t seen_ = 0, decided_ = 0;
};

class QuotaWorkload : public bench::Workload {
public:
  QuotaWorkload(const SpaceSource &source, const Demand &demand)
      : machine_(make_machine(source.name, demand.space, demand.program, demand.settings)),
        pauses_(demand.target_ns), steps_of_op_(demand.steps_of_op) {
    pauses_.skip(*machine_);
  }

  std::uint64_t run(std::uint64_t n) override {
    pauses_.begin();
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n * steps_of_op_; ++i) {
      sum += machine_->step();
      stepped();
    }
    pauses_.end(*machine_);
    return sum;
  }
  [[nodiscard]] bench::Verification verify() override {
    std::string fault = machine_->fault();
    const std::uint64_t collections = machine_->figures().collections;
    if (fault.empty() && collections < kLeastCollections) {
      fault = "void: " + std::to_string(collections) + " collections, fewer than " +
              std::to_string(kLeastCollections);
    }
    return {fault};
  }
  void report(bench::Report &report) override {
    const SpaceFigures figures = machine_->figures();
    report.metric("heap_limit_bytes", static_cast<double>(figures.heap_limit_bytes));
    report.metric("collections", static_cast<double>(figures.collections));
    pauses_.report(report);
  }

protected:
  virtual void stepped() {}

  std::unique_ptr<Machine> machine_;
  Pauses pauses_;

private:
  std::uint64_t steps_of_op_;
};

// The share of objects that survive is taken tenfold every so many steps, and back.
class ConvergenceWorkload final : public QuotaWorkload {
public:
  ConvergenceWorkload(const SpaceSource &source, const Demand &demand)
      : QuotaWorkload(source, demand), shift_steps_(demand.settings.shift_steps) {}

  void report(bench::Report &report) override {
    QuotaWorkload::report(report);
    const std::vector<Pause> pauses = machine_->pauses(0);
    std::uint64_t worst = 0;
    for (std::size_t i = 0; i < shifts_.size(); ++i) {
      const std::size_t end = i + 1 < shifts_.size() ? shifts_[i + 1] : pauses.size();
      worst = std::max(worst, cycles(pauses, shifts_[i], end));
    }
    report.metric("shifts", static_cast<double>(shifts_.size()));
    report.metric("cycles_to_target", shifts_.empty() ? std::nan("") : static_cast<double>(worst));
  }

protected:
  void stepped() override {
    if (++steps_ % shift_steps_ == 0) {
      shifts_.push_back(machine_->figures().collections);
    }
  }

private:
  /// Collections until kHeld in a row are within the target.
  [[nodiscard]] std::uint64_t cycles(const std::vector<Pause> &pauses, std::size_t from,
                                     std::size_t to) const {
    constexpr std::size_t kHeld = 4;
    std::size_t in_a_row = 0;
    for (std::size_t i = from; i < to; ++i) {
      in_a_row = pauses_.held(pauses[i]) ? in_a_row + 1 : 0;
      if (in_a_row == kHeld) {
        return i + 1 - kHeld - from;
      }
    }
    return to - from - std::min(in_a_row, to - from);
  }

  std::uint64_t shift_steps_, steps_ = 0;
  std::vector<std::size_t> shifts_; ///< collections before each
};

Demand demand_of(const bench::Params &params, bool holds) {
  Demand demand;
  const std::uint64_t target_ms = params.get_size("target_ms", 1, 10'000);
  demand.target_ns = static_cast<std::int64_t>(target_ms) * 1'000'000;
  demand.space.heap_bytes = params.get_size("heap_kib", 128, 8U << 20U) << 10U;
  demand.space.nursery_bytes = std::min(demand.space.heap_bytes / 4, std::size_t{4} << 20U);
  demand.space.pause_target_ms = holds ? static_cast<double>(target_ms) : 0;
  demand.settings.seed = params.seed();
  return demand;
}

// What marks for several milliseconds: two to four times the live size is the heap.
Demand quota(const bench::Params &params, bool holds) {
  Demand demand = demand_of(params, holds);
  demand.program = params.get_string("program");
  demand.settings.size = params.get_choice<std::uint64_t>(
      "program", {{"binary_trees", 18}, {"gcbench", 17}, {"churn", 131'072}});
  demand.settings.longevity = 0.1;
  demand.settings.bytes = 248;
  demand.steps_of_op = demand.program == "churn" ? 500 : 1;
  return demand;
}

Demand convergence(const bench::Params &params, bool holds) {
  Demand demand = demand_of(params, holds);
  demand.program = "churn";
  // So large a nursery that a collection takes longer than the target once most survive, and so
  // many steps that it is filled a dozen times.
  const std::uint64_t target_ms = params.get_size("target_ms", 1, 10'000);
  demand.space.nursery_bytes = std::min(demand.space.heap_bytes / 4, target_ms << 23U);
  demand.settings.size = 150'000;
  demand.settings.longevity = 0.08;
  demand.settings.bytes = 64;
  demand.settings.shift_steps = demand.space.nursery_bytes * 12 / 64'000;
  demand.steps_of_op = demand.settings.shift_steps * 2;
  return demand;
}

} // namespace

void add_quota_runs(bench::Design &design, const SpaceSource &source) {
  const bool holds = holds_target(source);
  // Barriers are no other collectors where there is no target: one of them will do.
  if (!source.collects || (!holds && source.name.starts_with("gen-immix"))) {
    return;
  }
  design.runs("gc/quota", [source, holds](const bench::Params &params) {
    return std::make_unique<QuotaWorkload>(source, quota(params, holds));
  });
  design.runs("gc/quota_convergence", [source, holds](const bench::Params &params) {
    return std::make_unique<ConvergenceWorkload>(source, convergence(params, holds));
  });
}

} // namespace vmperf::gc
