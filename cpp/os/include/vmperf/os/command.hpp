// Runs a whole program and says what it took: wall time, CPU time, and the most memory it had at
// once. The program is a tracee that stops twice, after exec and as it exits: there its own
// high-water mark is read. ru_maxrss would be wrong, for the kernel carries the forking parent's
// peak into it (exec_mmap() in fs/exec.c). The program dies with its parent. Thread-safe; one call
// waits for one program. Sources: ptrace(2) PTRACE_O_TRACEEXIT, proc(5) VmHWM, wait4(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vmperf::os {

struct Command {
  std::vector<std::string> argv; ///< the first names the program, in PATH where it has no '/'
  std::vector<std::pair<std::string, std::string>> environment; ///< added to this process's
  std::string input;                                            ///< what it reads
  std::size_t most_output_bytes = std::size_t{1} << 20U;        ///< of each stream; the rest is cut
  std::string folder = ".";                                     ///< where it runs
};

struct CommandResult {
  int exit_code = -1; ///< -1 where a signal ended it
  int signal = 0;
  std::string output, error_output;
  std::int64_t wall_ns = 0; ///< from just before exec to the exit
  std::int64_t user_ns = 0; ///< with the children that it waited for
  std::int64_t system_ns = 0;
  std::int64_t peak_resident_bytes = 0; ///< of the program alone; 0 where it could not be read
  std::int64_t page_faults = 0;         ///< with those of the children that it waited for

  [[nodiscard]] bool ok() const noexcept { return exit_code == 0; }
  /// "exited with code 3: last line of stderr", "killed by SIGSEGV", ...
  [[nodiscard]] std::string text() const;
};

/// OsError where there is no such program or no process can be made, InvalidArgumentError for an
/// empty argv, UnsupportedError where a child may not be traced.
[[nodiscard]] CommandResult run_command(const Command &command);

/// The path of a program, by PATH where the name has no '/'; empty where there is none.
[[nodiscard]] std::string find_program(const std::string &name);

} // namespace vmperf::os
