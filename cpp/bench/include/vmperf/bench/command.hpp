// Whole programs as designs: an op is one run of a command, from fork to exit, with its output
// checked. What the program itself took is delivered beside, as metrics of scope `sample`: without
// this process's fork, and its peak memory without this process's own. For what cannot be a library
// here: an allocator by LD_PRELOAD, an emulator, a disk tester.
//
//   declare_command_metrics(registry.benchmark("mine/boot"))
//       .add_design("qemu", "...").available(program_probe("qemu-system-x86_64"))
//       .runs("mine/boot", [](const Params &) { return make_command_workload({...}, check); });
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/os/command.hpp"

namespace vmperf::bench {

/// Empty, or what is wrong with a run that exited with 0.
using CommandCheck = std::function<std::string(const os::CommandResult &)>;

/// The words of a command line as a shell has them: blanks apart, '...', "..." and \ as they are
/// there, nothing else special. InvalidArgumentError for a quotation without its end.
[[nodiscard]] std::vector<std::string> split_command(const std::string &line);

/// Declares program_wall_ns, program_user_ns, program_system_ns, program_page_faults and
/// program_peak_rss_bytes.
Benchmark &declare_command_metrics(Benchmark &benchmark);

/// An op is one run. A run that fails, or whose check does, makes verify() fail with its words.
/// InvalidArgumentError for an empty argv.
[[nodiscard]] WorkloadPtr make_command_workload(os::Command command, CommandCheck check = {});

/// Whether a program is there; `how` says what would supply it.
[[nodiscard]] std::function<Availability()> program_probe(std::string program,
                                                          std::string how = "");

} // namespace vmperf::bench
