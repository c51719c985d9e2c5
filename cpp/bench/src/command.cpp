#include "vmperf/bench/command.hpp"

#include <cmath>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/report.hpp"

namespace vmperf::bench {
namespace {

std::uint64_t digest(const std::string &text) {
  std::uint64_t hash = text.size();
  for (const char letter : text) {
    hash = mix64(hash ^ static_cast<unsigned char>(letter));
  }
  return hash;
}

class CommandWorkload final : public Workload {
public:
  CommandWorkload(os::Command command, CommandCheck check)
      : command_(std::move(command)), check_(std::move(check)) {}

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      last_ = os::run_command(command_);
      note(last_);
      sum = digest(last_.output);
    }
    n_batch_ = n;
    return sum;
  }

  void prepare(std::uint64_t) override { sum_ = {}; }

  // The means over the batch; the greatest memory of it.
  void report(Report &report) override {
    const auto mean = [this](std::int64_t sum) {
      return n_batch_ == 0 ? std::nan("")
                           : static_cast<double>(sum) / static_cast<double>(n_batch_);
    };
    report.metric("program_wall_ns", mean(sum_.wall_ns));
    report.metric("program_user_ns", mean(sum_.user_ns));
    report.metric("program_system_ns", mean(sum_.system_ns));
    const std::int64_t peak = sum_.peak_resident_bytes;
    report.metric("program_page_faults", mean(sum_.page_faults));
    report.metric("program_peak_rss_bytes", peak == 0 ? std::nan("") : static_cast<double>(peak));
  }

  [[nodiscard]] Verification verify() override {
    if (!fault_.empty()) {
      return Verification::failed(fault_);
    }
    return n_batch_ == 0 ? Verification::failed("the program was not run") : Verification::passed();
  }

private:
  [[nodiscard]] std::string checked(const os::CommandResult &one) const {
    return check_ ? check_(one) : "";
  }

  void note(const os::CommandResult &one) {
    sum_.wall_ns += one.wall_ns;
    sum_.user_ns += one.user_ns;
    sum_.system_ns += one.system_ns;
    sum_.page_faults += one.page_faults;
    sum_.peak_resident_bytes = std::max(sum_.peak_resident_bytes, one.peak_resident_bytes);
    if (fault_.empty()) { // the first one says most
      fault_ = one.ok() ? checked(one) : command_.argv[0] + " " + one.text();
    }
  }

  os::Command command_;
  CommandCheck check_;
  os::CommandResult last_, sum_;
  std::uint64_t n_batch_ = 0;
  std::string fault_;
};

} // namespace

std::vector<std::string> split_command(const std::string &line) {
  std::vector<std::string> words;
  bool inside = false; // of a word, which may be empty in quotes
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char letter = line[i];
    if (quote == '\0' && (letter == ' ' || letter == '\t' || letter == '\n')) {
      inside = false;
      continue;
    }
    if (!inside) {
      words.emplace_back();
      inside = true;
    }
    if (letter == quote) {
      quote = '\0';
    } else if (quote == '\0' && (letter == '\'' || letter == '"')) {
      quote = letter;
    } else if (letter == '\\' && quote != '\'' && i + 1 < line.size()) {
      words.back() += line[++i];
    } else {
      words.back() += letter;
    }
  }
  if (quote != '\0') {
    throw InvalidArgumentError("command", "'" + line + "'",
                               std::string("one with an end to its ") + quote);
  }
  return words;
}

Benchmark &declare_command_metrics(Benchmark &benchmark) {
  const auto add = [&benchmark](const char *name, const char *unit, Merge merge) {
    benchmark.metric(name, unit, Better::lower, Scope::sample, merge);
  };
  add("program_wall_ns", "ns", Merge::mean);
  add("program_user_ns", "ns", Merge::mean);
  add("program_system_ns", "ns", Merge::mean);
  add("program_page_faults", "1", Merge::mean);
  add("program_peak_rss_bytes", "B", Merge::max);
  return benchmark;
}

WorkloadPtr make_command_workload(os::Command command, CommandCheck check) {
  if (command.argv.empty() || command.argv[0].empty()) {
    throw InvalidArgumentError("argv", "empty", "the program's name and its arguments");
  }
  return std::make_unique<CommandWorkload>(std::move(command), std::move(check));
}

std::function<Availability()> program_probe(std::string program, std::string how) {
  return [program = std::move(program), how = std::move(how)] {
    if (std::string path = os::find_program(program); !path.empty()) {
      return Availability{Status::ok, "", std::move(path)};
    }
    return Availability{Status::not_installed,
                        program + " is not in PATH" + (how.empty() ? "" : ": " + how), ""};
  };
}

} // namespace vmperf::bench
