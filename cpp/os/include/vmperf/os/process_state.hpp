// State of the process that code changes for all that run after it: how floating-point numbers
// round and whether denormals are zero, CPUs that the thread may use, interval timers, handlers and
// mask of signals; and what it leaves behind: threads, children, locked and resident memory. The
// former can be put back, so that two pieces of code in one process each have their own. Some 20 us
// a read. The calling thread's, as far as a thread has its own.
// Sources: getitimer(2), sigaction(2), proc(5) (status VmLck, task/children).
#pragma once

#include <signal.h>
#include <sys/time.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace vmperf::os {

class ProcessState {
public:
  [[nodiscard]] static ProcessState read();
  /// What a change from this state to `other` is, in words; empty where there is none.
  [[nodiscard]] std::vector<std::string> changes_to(const ProcessState &other) const;
  /// Makes the process be so again.
  void apply() const noexcept;

private:
  std::uint64_t float_control_ = 0;
  std::vector<int> cpus_;
  std::array<itimerval, 3> timers_{};
  std::array<struct sigaction, 65> handlers_{}; ///< by signal
  sigset_t blocked_{};
};

/// What may be left behind.
struct Footprint {
  std::int64_t threads = 0, locked_bytes = 0, resident_bytes = 0;
  std::vector<int> children; ///< ids, ascending; empty where the kernel does not list them
};

[[nodiscard]] Footprint read_footprint();

/// Ends these children of the calling process (SIGKILL) and waits for them.
void end_children(const std::vector<int> &children) noexcept;

} // namespace vmperf::os
