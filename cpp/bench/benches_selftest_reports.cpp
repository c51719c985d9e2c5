// Self-tests of what a workload says beside time: one that reports everything whose values a reader
// can compute, ops that are stamped alone, ops that use up what was prepared, designs that must not
// share a process.
#include <cmath>
#include <memory>

#include "vmperf/bench/command.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15U;

std::uint64_t chain(std::uint64_t x, std::uint64_t steps) noexcept {
  for (std::uint64_t i = 0; i < steps; ++i) {
    x = opaque(x) + kStep;
  }
  return x;
}

// Ops of ten adds; reports figures that are functions of the number of ops alone.
class Reporter final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    n_ops_ += n;
    ++n_batches_;
    x_ = chain(x_, 10 * n);
    return x_;
  }
  [[nodiscard]] Verification verify() override {
    return x_ == 10 * n_ops_ * kStep ? Verification::passed()
                                     : Verification::failed("the chain's sum is wrong");
  }

  void report(Report &report) override {
    report.metric("batches", static_cast<double>(n_batches_));
    report.metric("quarter", 0.25);
    report.metric("absent", std::nan(""));
    if (!report.wants_all()) {
      return;
    }
    stats::Histogram ages;
    for (std::uint64_t age = 1; age <= 1000; ++age) {
      ages.record(age);
    }
    report.distribution("ages", ages);
    report.series("squares", std::array{0.0, 1.0, 2.0}, std::array{0.0, 1.0, 4.0});
    report.row("steps", {"first", 1, 0.5});
    report.row("steps", {"second, \"quoted\"", 2, std::nan("")});
  }

private:
  std::uint64_t x_ = 0, n_ops_ = 0, n_batches_ = 0;
};

// Its report names what nobody declared.
class Undeclared final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override { return x_ = chain(x_, n); }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }
  void report(Report &report) override { report.metric("unheard_of", 1); }

private:
  std::uint64_t x_ = 0;
};

// An op uses up what prepare() made: without it there is nothing to do, and verify() says so.
class OneUse final : public Workload {
public:
  void prepare(std::uint64_t n) override { ready_ = n; }
  std::uint64_t run(std::uint64_t n) override {
    missed_ += ready_ == n ? 0 : 1;
    ready_ = 0;
    return x_ = chain(x_, 100 * n);
  }
  [[nodiscard]] Verification verify() override {
    return missed_ == 0 ? Verification::passed()
                        : Verification::failed("a batch that was not prepared");
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return 1; }

private:
  std::uint64_t x_ = 0, ready_ = 0, missed_ = 0;
};

template <std::uint64_t Steps> class Chain final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    n_ops_ += n;
    return x_ = chain(x_, Steps * n);
  }
  [[nodiscard]] Verification verify() override {
    return x_ == Steps * n_ops_ * kStep ? Verification::passed()
                                        : Verification::failed("the chain's sum is wrong");
  }
  void report(Report &report) override { report.metric("process_id", os::process_id()); }

private:
  std::uint64_t x_ = 0, n_ops_ = 0;
};

// As Chain, with nothing to report.
class Silent final : public Workload {
public:
  std::uint64_t run(std::uint64_t n) override { return x_ = chain(x_, 1000 * n); }
  [[nodiscard]] Verification verify() override { return Verification::passed(); }

private:
  std::uint64_t x_ = 0;
};

template <class W> WorkloadPtr make(const Params &) {
  return std::make_unique<W>();
}

// A program that counts, and one that gets it wrong.
Maker shell(const std::string &script) {
  return [script](const Params &) {
    os::Command command;
    command.argv = {"sh", "-c", script};
    return make_command_workload(std::move(command), [](const os::CommandResult &run) {
      return run.output == "21\n" ? "" : "it says '" + run.output + "', not 21";
    });
  };
}

Benchmark &selftest(Registry &registry, const std::string &name, std::string summary) {
  return registry.benchmark("bench/selftest/" + name)
      .summary(std::move(summary))
      .op("one iteration of the kernel")
      .fooled_by("nothing: it tests the harness")
      .tag("selftest")
      .tag("no_naive")
      .hidden();
}

void declare_commands(Registry &registry) {
  Benchmark &programs = selftest(registry, "command", "a shell that adds up 1 to 6");
  declare_command_metrics(programs);
  const std::string add = "s=0; for i in 1 2 3 4 5 6; do s=$((s+i)); done; ";
  programs.add_design("shell", "says 21")
      .available(program_probe("sh"))
      .runs(programs.id(), shell(add + "echo $s"));
  programs.design("wrong", "says 22", shell(add + "echo $((s+1))"))
      .design("failing", "exits with 3", shell("echo planted >&2; exit 3"));
  programs.add_design("missing", "a program that is not there")
      .available(program_probe("no-such-program-as-this", "nothing supplies it"))
      .runs(programs.id(), shell("echo 21"));
}

} // namespace

void declare_benches_selftest_reports(Registry &registry) {
  declare_commands(registry);
  selftest(registry, "report", "reports one of everything beside its time")
      .metric("batches", "1", Better::higher, Scope::sample)
      .metric("quarter", "1", Better::lower)
      .metric("absent", "s", Better::neither)
      .distribution("ages", "ms")
      .series("squares", "s", "B")
      .table("steps", {{"name", ""}, {"number", "1"}, {"share", "1"}})
      .design("kernel", "the only one", make<Reporter>);
  selftest(registry, "undeclared", "reports what its benchmark does not declare")
      .design("kernel", "the only one", make<Undeclared>);
  selftest(registry, "latency", "a thousand adds, each op stamped alone")
      .latency()
      .design("kernel", "the only one", make<Silent>);
  selftest(registry, "one_use", "a hundred adds an op, each needs a prepare() of its own")
      .design("kernel", "the only one", make<OneUse>);
  selftest(registry, "isolated", "two designs that say which process they run in")
      .isolated()
      .metric("process_id", "1")
      .design("short", "a hundred adds", make<Chain<100>>)
      .design("long", "two hundred adds", make<Chain<200>>);
}

} // namespace vmperf::bench
