#include "vmperf/bench/arm.hpp"

#include <algorithm>
#include <exception>

#include "batch.hpp"
#include "evidence.hpp"
#include "group.hpp"
#include "placement.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::bench {

struct Arm::State {
  explicit State(std::uint64_t seed) : placement(seed, 0, 0) {}

  // What measure() records as a status is an error here: there is no other design to go on with.
  void require_ok() const {
    if (lane.runs()) {
      return;
    }
    const std::string status(to_text(lane.result.status));
    switch (lane.result.status) {
    case Status::unsupported:
    case Status::not_installed:
      throw UnsupportedError(benchmark->id() + ": design " + lane.design->name() + " is " + status +
                             ": " + lane.result.reason);
    default:
      if (lane.refused_params != nullptr) {
        std::rethrow_exception(lane.refused_params);
      }
      throw MeasurementError(status, benchmark->id() + ", design " + lane.design->name() + ": " +
                                         lane.result.reason);
    }
  }

  // Whatever the workload throws is told with the names of benchmark and design.
  template <class Step> auto named(Step step) {
    try {
      return step();
    } catch (...) {
      note_exception(lane);
      require_ok();
      throw;
    }
  }

  const Benchmark *benchmark = nullptr;
  Placement placement; // before the lane: its blocks lie among the workload's
  Lane lane;
};

Arm::Arm(const Registry &registry, const std::string &id, const Params &params,
         const std::string &design, std::uint64_t seed)
    : state_(std::make_unique<State>(seed)) {
  const Benchmark &benchmark = registry.find(id);
  state_->benchmark = &benchmark;
  state_->lane = make_lane(find_design(registry.designs_of(benchmark), design), benchmark, 0);
  state_->require_ok();
  make_workload(state_->lane, params);
  state_->require_ok();
}

Arm::Arm(Arm &&) noexcept = default;
Arm &Arm::operator=(Arm &&) noexcept = default;
Arm::~Arm() = default;

double Arm::calibrate(std::int64_t warm_up_ns) {
  if (warm_up_ns < 0) {
    throw InvalidArgumentError("warm_up_ns", std::to_string(warm_up_ns), ">= 0");
  }
  state_->named([&] { bench::calibrate(state_->lane, warm_up_ns); });
  if (state_->lane.recorder != nullptr) {
    state_->lane.recorder->clear(); // warming up is no measurement
  }
  state_->require_ok();
  return state_->lane.ns_per_op;
}

Arm::Timing Arm::run(std::uint64_t n) {
  if (n == 0 || n > kMostOps) {
    throw InvalidArgumentError("n", std::to_string(n), "1 to " + std::to_string(kMostOps));
  }
  const Batch batch = state_->named(
      [&] { return timed_batch(state_->lane, n, state_->placement.stack_shift_bytes()); });
  return {batch.ns, batch.flags};
}

std::map<std::string, double, std::less<>> Arm::sample() {
  report_sample(state_->lane, 0);
  state_->require_ok();
  std::map<std::string, double, std::less<>> found;
  for (const auto &[name, values] : state_->lane.collector->take_sampled()) {
    found[name] = values.at(0);
  }
  return found;
}

Arm::Instructions Arm::count_instructions() {
  MarginalCount counted = state_->named([&] { return count_per_op(*state_->lane.workload); });
  return {counted.instructions, std::move(counted.status)};
}

Arm::Reported Arm::report() {
  Lane &lane = state_->lane;
  report_placement(lane, 0);
  state_->require_ok();
  note_memory(lane, 0);
  CaseResult found;
  std::move(*lane.collector).finish(found);
  lane.collector = std::make_unique<Collector>(*state_->benchmark);
  Reported reported;
  for (const auto &[name, values] : found.metrics) {
    reported.metrics[name] = values.at(0);
  }
  reported.details = std::move(found.details);
  return reported;
}

std::string Arm::verify() {
  return state_->named([&] { return state_->lane.workload->verify().fault; });
}

const std::string &Arm::version() const noexcept {
  return state_->lane.result.version;
}

} // namespace vmperf::bench
