// The workloads of the API "gc": a program's steps, and single collections.
#include "vmperf/gc/api.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api_quota.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/stats/histogram.hpp"
#include "vmperf/stats/utilisation.hpp"

namespace vmperf::gc {
namespace {

constexpr std::uint64_t kLeastCollections = 10;

struct Demand {
  std::string program;
  SpaceSettings space;
  ProgramSettings program_settings;
};

SpaceSettings space_of(const bench::Params &params) {
  SpaceSettings settings;
  settings.heap_bytes = params.get_size("heap_kib", 128, 8U << 20U) << 10U;
  settings.nursery_bytes = settings.heap_bytes / 4;
  if (params.has("nursery_kib")) {
    settings.nursery_bytes = params.get_size("nursery_kib", 1) << 10U;
  }
  return settings;
}

// The pauses of the timed batches alone, on a clock that stands still between batches.
class PauseLog {
public:
  void begin() { begin_ns_ = os::now_ns(); }
  void end(const Machine &machine) {
    const std::int64_t now = os::now_ns();
    const std::vector<Pause> pauses = machine.pauses(seen_);
    seen_ += pauses.size();
    for (const Pause &pause : pauses) {
      if (pause.start_ns < begin_ns_) { // while something was prepared
        continue;
      }
      start_ns_.push_back(active_ns_ + pause.start_ns - begin_ns_);
      ns_.push_back(pause.ns);
      histogram_.record(static_cast<std::uint64_t>(pause.ns));
      before_ += static_cast<double>(pause.live_before_bytes);
      after_ += static_cast<double>(pause.live_after_bytes);
      promoted_ += static_cast<double>(pause.promoted_bytes);
    }
    active_ns_ += now - begin_ns_;
  }

  void report(bench::Report &report) const {
    report.distribution("pause", histogram_);
    report.metric("survival", before_ > 0 ? after_ / before_ : std::nan(""));
    report.metric("promoted_bytes", promoted_);
    report.metric("paused_ratio", histogram_.sum() / static_cast<double>(active_ns_));
    report_utilisation(report);
    std::vector<double> at(start_ns_.size());
    std::vector<double> long_for(start_ns_.size());
    for (std::size_t i = 0; i < at.size(); ++i) {
      at[i] = static_cast<double>(start_ns_[i]) * 1e-6;
      long_for[i] = static_cast<double>(ns_[i]) * 1e-6;
    }
    report.series("pauses", at, long_for);
  }
  [[nodiscard]] std::int64_t active_ns() const { return active_ns_; }

private:
  void report_utilisation(bench::Report &report) const {
    std::vector<std::int64_t> windows;
    for (const std::int64_t ms : {1, 2, 5, 10, 20, 50, 100}) {
      if (ms * 1'000'000 <= active_ns_) {
        windows.push_back(ms * 1'000'000);
      }
    }
    const auto share = stats::min_mutator_utilisation(
        {.start_ns = start_ns_, .ns = ns_, .begin_ns = 0, .end_ns = active_ns_}, windows);
    std::vector<double> x;
    for (const std::int64_t window : windows) {
      x.push_back(static_cast<double>(window) * 1e-6);
      if (window == 10'000'000) {
        report.metric("min_utilisation_10ms", share[x.size() - 1]);
      }
    }
    report.series("min_utilisation", x, share);
  }

  std::vector<std::int64_t> start_ns_, ns_;
  stats::Histogram histogram_;
  std::int64_t begin_ns_ = 0, active_ns_ = 0;
  std::size_t seen_ = 0;
  double before_ = 0, after_ = 0, promoted_ = 0;
};

class ProgramWorkload : public bench::Workload {
public:
  ProgramWorkload(const SpaceSource &source, const Demand &demand)
      : collects_(source.collects),
        machine_(make_machine(source.name, demand.space, demand.program, demand.program_settings)) {
  }

  std::uint64_t run(std::uint64_t n) override {
    log_.begin();
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      sum += machine_->step();
    }
    log_.end(*machine_);
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::string fault = machine_->fault();
    const std::uint64_t collections = machine_->figures().collections;
    if (fault.empty() && collects_ && must_collect_ && collections < kLeastCollections) {
      fault = "void: " + std::to_string(collections) + " collections, fewer than " +
              std::to_string(kLeastCollections) + ": a smaller heap or a longer run";
    }
    return {fault};
  }

  void report(bench::Report &report) override {
    const SpaceFigures figures = machine_->figures();
    report.metric("heap_limit_bytes", static_cast<double>(figures.heap_limit_bytes));
    report.metric("collections", static_cast<double>(figures.collections));
    report.metric("object_ns",
                  static_cast<double>(log_.active_ns()) / static_cast<double>(machine_->objects()));
    if (collects_) {
      log_.report(report);
    }
  }

protected:
  bool collects_, must_collect_ = true;
  std::unique_ptr<Machine> machine_;
  PauseLog log_;
};

// Stores allocate nothing, so that nothing is collected.
class StoreWorkload final : public ProgramWorkload {
public:
  StoreWorkload(const SpaceSource &source, const Demand &demand) : ProgramWorkload(source, demand) {
    must_collect_ = false;
  }
  void report(bench::Report &report) override {
    const SpaceFigures figures = machine_->figures();
    report.metric("heap_limit_bytes", static_cast<double>(figures.heap_limit_bytes));
    report.metric("collections", static_cast<double>(figures.collections));
  }
};

// One op is one collection, of what a step of the program has left.
class PauseWorkload final : public ProgramWorkload {
public:
  PauseWorkload(const SpaceSource &source, const Demand &demand, Kind kind)
      : ProgramWorkload(source, demand), kind_(kind) {
    must_collect_ = false;
  }
  void prepare(std::uint64_t /*n*/) override { kept_ = machine_->step(); }
  std::uint64_t run(std::uint64_t n) override {
    log_.begin();
    for (std::uint64_t i = 0; i < n; ++i) {
      machine_->collect(kind_);
    }
    log_.end(*machine_);
    return kept_;
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return 1; }
  void report(bench::Report &report) override {
    const SpaceFigures figures = machine_->figures();
    report.metric("heap_limit_bytes", static_cast<double>(figures.heap_limit_bytes));
    report.metric("collections", static_cast<double>(figures.collections));
    log_.report(report);
  }

private:
  Kind kind_;
  std::uint64_t kept_ = 0;
};

using Read = Demand (*)(const bench::Params &);

Demand sized(const bench::Params &params, const char *program, std::uint64_t size) {
  Demand demand{.program = program, .space = space_of(params), .program_settings = {}};
  demand.program_settings.size = size;
  demand.program_settings.seed = params.seed();
  return demand;
}

Demand trees(const bench::Params &params) {
  return sized(params, "binary_trees", params.get_size("depth", 4, 22));
}
Demand gcbench(const bench::Params &params) {
  return sized(params, "gcbench", params.get_size("depth", 4, 20));
}
Demand rate(const bench::Params &params) {
  Demand demand = sized(params, "churn", 1000);
  demand.program_settings.longevity = 0;
  demand.program_settings.bytes = params.get_choice<std::uint64_t>(
      "objects", {{"small", 64}, {"medium", 1024}, {"large", 65536}});
  return demand;
}
Demand churn(const bench::Params &params) {
  Demand demand = sized(params, "churn", params.get_size("live", 1, 1U << 24U));
  demand.program_settings.longevity =
      static_cast<double>(params.get_size("long_lived_percent", 0, 100)) / 100;
  return demand;
}
// About 200 bytes for each of the live objects in the largest of the collectors measured.
Demand pressure(const bench::Params &params) {
  constexpr std::uint64_t kLive = 10'000;
  Demand demand{.program = "churn", .space = {}, .program_settings = {}};
  demand.program_settings = {.size = kLive, .seed = params.seed(), .longevity = 0.3, .bytes = 128};
  demand.space.heap_bytes =
      kLive *
      params.get_choice<std::uint64_t>("pressure", {{"low", 1200}, {"medium", 600}, {"high", 400}});
  demand.space.nursery_bytes = demand.space.heap_bytes / 8;
  return demand;
}
Demand named(const bench::Params &params) {
  const std::string &program = params.get_string("program");
  std::uint64_t size = 0;
  for (const ProgramSource &one : program_sources()) {
    size = one.name == program ? one.default_size : size;
  }
  return sized(params, program.c_str(), size);
}
Demand ring(const bench::Params &params) {
  return sized(params, "messages", params.get_size("messages", 1, 1U << 22U));
}
Demand survivors(const bench::Params &params) {
  Demand demand = sized(params, "survivors", params.get_size("objects", 1, 1U << 24U));
  demand.program_settings.longevity =
      static_cast<double>(params.get_size("survival_percent", 0, 100)) / 100;
  demand.space.nursery_bytes = demand.space.heap_bytes / 4; // no collection before the one timed
  return demand;
}
Demand stores(const bench::Params &params) {
  return sized(params, "stores", params.get_size("objects", 1, 1U << 24U));
}

} // namespace

bench::Design &add_gc_design(bench::Registry &registry, SpaceSource source) {
  add_space(source);
  bench::Design &design = registry.design("gc", source.name, source.summary);
  const auto runs = [&](const char *id, Read demand_of) {
    design.runs(id, [source, demand_of](const bench::Params &params) {
      return std::make_unique<ProgramWorkload>(source, demand_of(params));
    });
  };
  const auto pauses = [&](const char *id, Read demand_of, Kind kind) {
    if (source.collects) {
      design.runs(id, [source, demand_of, kind](const bench::Params &params) {
        return std::make_unique<PauseWorkload>(source, demand_of(params), kind);
      });
    }
  };
  runs("gc/binary_trees", trees);
  runs("gc/gcbench", gcbench);
  runs("gc/allocation_rate", rate);
  runs("gc/survival", churn);
  runs("gc/promotion", ring);
  runs("gc/mixed", named);
  runs("gc/pressure", pressure);
  runs("gc/frequency", churn);
  design.runs("gc/write_barrier", [source](const bench::Params &params) {
    return std::make_unique<StoreWorkload>(source, stores(params));
  });
  add_quota_runs(design, source);
  pauses("gc/minor_pause", survivors, Kind::minor);
  pauses("gc/major_pause", survivors, Kind::major);
  return design;
}

} // namespace vmperf::gc
