// measure() with ops of minutes and a deadline, in milliseconds: an op waits by moving the clock
// that this program gives the harness. What fits into the time is measured; what does not leaves.
// The harness's own time is real: minutes, so that seconds of it on a busy machine change nothing.
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "vmperf/bench/runner.hpp"

using namespace vmperf::bench;

namespace {

std::int64_t g_waited_ns = 0;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kUnit = 60; // seconds: what the cases below count in

} // namespace

// Of the executable, so it is found before the C library's.
extern "C" int clock_gettime(clockid_t clock, timespec *t) noexcept {
  if (const auto failed = syscall(SYS_clock_gettime, clock, t); failed != 0) {
    return -1;
  }
  if (clock == CLOCK_MONOTONIC) {
    const std::int64_t ns = t->tv_nsec + g_waited_ns % kSecond;
    t->tv_sec += static_cast<time_t>(g_waited_ns / kSecond + ns / kSecond);
    t->tv_nsec = static_cast<long>(ns % kSecond);
  }
  return 0;
}

namespace {

struct Waits final : Workload {
  explicit Waits(std::int64_t each) : each_ns(each) {}
  std::uint64_t run(std::uint64_t n) override {
    g_waited_ns += each_ns * static_cast<std::int64_t>(n);
    return n;
  }
  Verification verify() override { return Verification::passed(); }
  std::int64_t each_ns;
};

struct Case {
  double op, other; ///< units of time, of its designs; 0: there is no other
  double deadline;
  Status expected, other_expected;
  const char *note = "";
};

// The first op tells how long they are; of the rest two must be samples.
const std::vector<Case> kCases{
    {2, 0, 10, Status::ok, Status::ok},
    {2, 0, 6.5, Status::ok, Status::ok, "cold: "},
    {2, 0, 5, Status::timed_out, Status::ok},
    {0.2, 0, 2, Status::ok, Status::ok},
    {0.2, 0, 0.65, Status::ok, Status::ok, "cold: "},
    {1, 1, 10, Status::ok, Status::ok},
    {2, 0.01, 14, Status::ok, Status::ok},
    {2, 0.01, 6, Status::timed_out, Status::ok},
    {3, 0.01, 10, Status::timed_out, Status::ok},
};

bool has_note(const CaseResult &found, const std::string &part) {
  for (const std::string &note : found.evidence.notes) {
    if (note.find(part) == 0) {
      return true;
    }
  }
  return part.empty();
}

std::vector<CaseResult> measured(const Case &one) {
  Registry registry;
  const auto maker = [](double units) {
    return [units](const Params &) {
      return std::make_unique<Waits>(static_cast<std::int64_t>(units * kUnit * kSecond));
    };
  };
  Benchmark &benchmark = registry.benchmark("patience/op").summary("s").op("one op").repeatable();
  benchmark.design("a", "the long one", maker(one.op));
  if (one.other > 0) {
    benchmark.design("b", "the other one", maker(one.other));
  }
  const auto part = [&](double share) {
    return static_cast<std::int64_t>(share * one.deadline * kUnit * kSecond);
  };
  const Settings settings{.warm_up_ns = part(0.2),
                          .measurement_ns = part(0.5),
                          .n_samples = 30,
                          .sampling = Sampling::flat,
                          .n_placements = 3,
                          .seed = 1,
                          .process = 1,
                          .count_instructions = false,
                          .evidence_ns = part(0.1),
                          .deadline_ns = part(1)};
  return measure(registry, benchmark, Params{}, {}, settings, nullptr);
}

int tell(const Case &one, const CaseResult &found, Status expected, bool right) {
  if (!right || found.status != expected) {
    std::fprintf(stderr, "%s of %g and %g in %g: %s: %s, %zu samples\n", found.design.c_str(),
                 one.op, one.other, one.deadline, std::string(to_text(found.status)).c_str(),
                 found.reason.c_str(), found.samples.size());
    return 1;
  }
  return 0;
}

} // namespace

int main() {
  int wrong = 0;
  for (const Case &one : kCases) {
    const std::int64_t begin = g_waited_ns;
    const std::vector<CaseResult> found = measured(one);
    const double took = static_cast<double>(g_waited_ns - begin) / kSecond / kUnit;
    const bool in_time = took <= one.deadline * 1.1;
    const bool enough = found[0].status != Status::ok || found[0].samples.size() >= 2;
    wrong += tell(one, found[0], one.expected, in_time && enough && has_note(found[0], one.note));
    if (one.other > 0) {
      wrong += tell(one, found[1], one.other_expected, true);
    }
    if (!in_time) {
      std::fprintf(stderr, "%g were used of %g\n", took, one.deadline);
    }
  }
  return wrong == 0 ? 0 : 1;
}
