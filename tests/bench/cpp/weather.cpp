// The whole of measure() under a clock of our own: this file defines what batch.cpp does, so that
// the time of a batch is what its ops take by a virtual clock, and what the weather makes of it.
// Honest work is believed in any weather that leaves it a figure, and fraud is believed in none.
//
//   workload: moves the clock  ->  weather: longer, flagged  ->  calibrate, sample, growth, judge
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "batch.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/runner.hpp"

using namespace vmperf::bench;

namespace {

double g_now_ns = 0;       // of the virtual clock, which workloads move on
std::uint64_t g_batch = 0; // number of the batch under way, since the case began

struct Seen {
  double factor = 1; ///< of the batch's time
  std::uint32_t flags = 0;
};
std::function<Seen(std::uint64_t batch, double ns)> g_weather;

double uniform(std::uint64_t batch) {
  return static_cast<double>(vmperf::CounterRng(7, batch).below(1'000'000)) * 1e-6;
}

} // namespace

namespace vmperf::bench {

Batch time_batch(Workload &workload, const BatchShape &shape) {
  Batch batch;
  double ns = 0;
  batch.n_pieces = 0;
  for (std::uint64_t left = shape.n; left > 0; ++batch.n_pieces) {
    const std::uint64_t n = std::min(left, workload.max_n());
    workload.prepare(n);
    const double begin = g_now_ns;
    batch.checksum = shape.copies > 1 ? workload.run_copies(shape.copies, n) : workload.run(n);
    ns += g_now_ns - begin;
    left -= n;
  }
  const Seen seen = g_weather(g_batch++, ns);
  batch.ns = std::llround(ns * seen.factor);
  batch.wall_ns = batch.ns;
  batch.cpu_ns = std::llround(ns);
  batch.flags = seen.flags;
  return batch;
}

WorkloadPtr make_empty_loop() {
  struct Empty final : Workload {
    std::uint64_t run(std::uint64_t n) override {
      g_now_ns += 0.25 * static_cast<double>(n);
      return 0;
    }
    Verification verify() override { return Verification::passed(); }
  };
  return std::make_unique<Empty>();
}

double least_piece_ns() {
  return 10;
}

double least_batch_ns() {
  return 10'000;
}

} // namespace vmperf::bench

namespace {

constexpr double kOpNs = 100;

/// Takes a time of the virtual clock that depends on n, and says whether its proof passes.
struct Paced final : Workload {
  using Cost = double (*)(std::uint64_t n);
  explicit Paced(Cost taken, std::string wrong = "") : cost(taken), fault(std::move(wrong)) {}
  std::uint64_t run(std::uint64_t n) override {
    g_now_ns += cost(n);
    return 1;
  }
  Verification verify() override { return {fault}; }
  Cost cost;
  std::string fault;
};

struct Op {
  const char *name;
  Paced::Cost cost;
  const char *fault = "";
};

double as_it_should(std::uint64_t n) {
  return kOpNs * static_cast<double>(n);
}

constexpr std::array kFrauds{
    Op{"folded", [](std::uint64_t) { return 3.0; }},
    Op{"a cap",
       [](std::uint64_t n) { return kOpNs * static_cast<double>(std::min<std::uint64_t>(n, 50)); }},
    Op{"half of the work", [](std::uint64_t n) { return kOpNs / 2 * static_cast<double>(n); },
       "half"},
};

struct Weather {
  const char *name;
  std::function<Seen(std::uint64_t, double)> of;
  std::vector<Status> honest; ///< what may become of honest work
  const char *note = "";      ///< part of what its row says then
};

// Batches of less than the samples' length are the calibration's and the halves.
std::vector<Weather> weathers() {
  const auto jitter = [](std::uint64_t i) { return 1 + 0.002 * uniform(i); };
  const auto stolen = kFlagSwitch | kFlagSteal;
  return {
      {"quiet", [=](std::uint64_t i, double) { return Seen{jitter(i)}; }, {Status::ok}},
      {"a slow core", [=](std::uint64_t i, double) { return Seen{20 * jitter(i)}; }, {Status::ok}},
      {"stolen now and then",
       [=](std::uint64_t i, double) { return i % 4 == 3 ? Seen{3, stolen} : Seen{jitter(i)}; },
       {Status::ok}},
      {"stolen all the time",
       [=](std::uint64_t i, double) { return Seen{2 + jitter(i), stolen}; },
       {Status::ok},
       "disturbed: 40 of 40 samples"},
      {"a clock that drifts by half",
       [=](std::uint64_t i, double) {
         return Seen{jitter(i) * (1 + 0.5 * std::min(1.0, static_cast<double>(i) / 100))};
       },
       {Status::ok}},
      {"halves are stolen",
       [=](std::uint64_t i, double ns) { return Seen{ns < 6e5 && i % 3 != 0 ? 2.5 : jitter(i)}; },
       {Status::ok}},
      {"a storm",
       [=](std::uint64_t i, double) { return Seen{std::exp(6 * uniform(i)), stolen}; },
       {Status::too_noisy}},
  };
}

CaseResult measured(const Op &op, const Weather &weather) {
  Registry registry;
  registry.benchmark("weather/op")
      .summary("s")
      .op("one op")
      .uncounted("a clock of its own")
      .design("only", "the only one",
              [&op](const Params &) { return std::make_unique<Paced>(op.cost, op.fault); });
  const Settings settings{.warm_up_ns = 2'000'000,
                          .measurement_ns = 40'000'000,
                          .n_samples = 40,
                          .sampling = Sampling::flat,
                          .n_placements = 4,
                          .seed = 1,
                          .process = 0,
                          .count_instructions = true};
  g_batch = 0;
  g_weather = weather.of;
  return measure(registry, registry.find("weather/op"), Params{}, {}, settings, nullptr).at(0);
}

// Whether its row says so; nothing is asked of a part that is empty.
bool has_note(const CaseResult &found, const std::string &part) {
  return part.empty() || std::ranges::any_of(found.evidence.notes, [&](const std::string &note) {
           return note.find(part) != std::string::npos;
         });
}

int tell(const char *op, const char *weather, const CaseResult &found, bool right) {
  if (!right) {
    std::fprintf(stderr, "%s, %s: %s: %s (growth %.2f)\n", op, weather,
                 std::string(to_text(found.status)).c_str(), found.reason.c_str(),
                 found.evidence.growth);
    for (const std::string &note : found.evidence.notes) {
      std::fprintf(stderr, "  %s\n", note.c_str());
    }
  }
  return right ? 0 : 1;
}

} // namespace

int main() {
  int wrong = 0;
  for (const Weather &weather : weathers()) {
    const CaseResult honest = measured({"honest", as_it_should}, weather);
    const bool believed = std::ranges::count(weather.honest, honest.status) == 1;
    wrong += tell("honest", weather.name, honest, believed && has_note(honest, weather.note));
    for (const Op &fraud : kFrauds) {
      const CaseResult found = measured(fraud, weather);
      const bool proved_wrong = *fraud.fault != 0 && found.status == Status::unverified;
      wrong += tell(fraud.name, weather.name, found,
                    *fraud.fault != 0 ? proved_wrong : found.status != Status::ok);
    }
  }
  return wrong == 0 ? 0 : 1;
}
