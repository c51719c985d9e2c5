// What recording costs a program: the interpreter's own tests of json, recorded and not.
#include <filesystem>
#include <memory>
#include <string>

#include "benches_scratch.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/os/command.hpp"

namespace vmperf::trace {

void declare_benches_program(bench::Registry &registry);

namespace {

const void *here() noexcept {
  return reinterpret_cast<const void *>(&declare_benches_program);
}

bench::Availability find_tests() {
  static const bench::Availability found = [] {
    try {
      const auto done = os::run_command({{"python3", "-c", "import test.test_json"}, {}, ""});
      return done.ok() ? bench::Availability{}
                       : bench::Availability{bench::Status::not_installed,
                                             "python3 has no module test.test_json", ""};
    } catch (const OsError &error) {
      return bench::Availability{bench::Status::not_installed, error.what(), ""};
    }
  }();
  return found;
}

bench::Availability find_both() {
  const bench::Availability tests = find_tests();
  return tests.status == bench::Status::ok ? find_recorder(here()) : tests;
}

class ProgramWorkload final : public bench::Workload {
public:
  ProgramWorkload(const bench::Params &params, bool recorded) : recorded_(recorded) {
    command_.argv = {"python3", "-m", "unittest", "-q", "test.test_json"};
    command_.folder = scratch_.path(); // its tests write files where they run
    if (params.get_string("python_malloc") == "yes") {
      command_.environment.emplace_back("PYTHONMALLOC", "malloc");
    }
    if (recorded) {
      command_.environment.emplace_back("LD_PRELOAD", recorder_beside(here()));
      command_.environment.emplace_back("VMPERF_TRACE_FOLDER", scratch_.path("recording"));
    }
  }

  void prepare(std::uint64_t /*n*/) override {
    std::filesystem::remove_all(scratch_.path("recording"));
    std::filesystem::create_directories(scratch_.path("recording"));
    cpu_ns_ = 0;
    n_ = 0;
  }
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i < n; ++i) {
      const os::CommandResult done = os::run_command(command_);
      fault_ = done.ok() ? fault_ : done.text();
      cpu_ns_ += done.user_ns + done.system_ns;
    }
    n_ += n;
    return n;
  }
  [[nodiscard]] bench::Verification verify() override {
    const bool any = !std::filesystem::is_empty(scratch_.path("recording"));
    if (!fault_.empty()) {
      return {fault_};
    }
    return {any == recorded_ ? "" : "recorded or not: not as asked for"};
  }
  void report(bench::Report &report) override {
    report.metric("program_cpu_ns", static_cast<double>(cpu_ns_) / static_cast<double>(n_));
  }

private:
  Scratch scratch_;
  os::Command command_;
  bool recorded_;
  std::string fault_;
  std::int64_t cpu_ns_ = 0;
  std::uint64_t n_ = 0;
};

bench::Maker maker(bool recorded) {
  return [=](const bench::Params &params) {
    return std::make_unique<ProgramWorkload>(params, recorded);
  };
}

} // namespace

void declare_benches_program(bench::Registry &registry) {
  bench::Benchmark &benchmark =
      registry.benchmark("trace/program")
          .summary("the interpreter's tests of json in a process of its own, recorded and not; "
                   "python_malloc=yes: every block from malloc (PYTHONMALLOC)")
          .op("one run of the program")
          .fooled_by("what the kernel writes to the disk afterwards is nobody's processor time")
          .fooled_by("merging the recording afterwards is not in it")
          .tag("no_naive")
          .repeatable()
          .uncounted("the op waits for another process")
          .axis("python_malloc", {"no", "yes"}, "yes")
          .metric("program_cpu_ns", "ns", bench::Better::lower, bench::Scope::sample);
  const std::string id = benchmark.id();
  benchmark.add_design("recorder", "libvmperf_trace.so before the C library")
      .available(find_both)
      .runs(id, maker(true));
  benchmark.add_design("none", "nothing is recorded")
      .limit()
      .available(find_tests)
      .runs(id, maker(false));
}

} // namespace vmperf::trace
