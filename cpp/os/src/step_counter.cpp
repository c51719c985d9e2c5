#include "vmperf/os/step_counter.hpp"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

using Outcome = StepCount::Outcome;
constexpr int kNotPermitted = 113; // exit code of a child that may not be traced

[[noreturn]] void run_child(const std::function<void()> &work) {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    _exit(kNotPermitted);
  }
  kill(getpid(), SIGSTOP); // the parent takes over here
  work();
  // Not _exit(): before a call that does not return, AddressSanitizer cleans the shadow of the
  // whole stack, tens of thousands of steps.
  for (;;) {
    syscall(SYS_exit_group, 0);
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return -1;
    }
  }
  return status;
}

void end_child(pid_t child) {
  kill(child, SIGKILL);
  wait_for(child);
}

bool is_fatal(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
         signal == SIGABRT;
}

StepCount step_to_end(pid_t child, std::uint64_t max_steps) {
  for (std::uint64_t steps = 0; steps < max_steps; ++steps) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) {
      end_child(child);
      return {Outcome::not_permitted, 0};
    }
    const int status = wait_for(child);
    if (status == -1 || WIFSIGNALED(status)) {
      return {Outcome::child_died, 0};
    }
    if (WIFEXITED(status)) {
      return {Outcome::counted, steps};
    }
    if (WIFSTOPPED(status) && is_fatal(WSTOPSIG(status))) {
      end_child(child);
      return {Outcome::child_died, 0};
    }
  }
  end_child(child);
  return {Outcome::over_budget, 0};
}

} // namespace

StepCount count_steps(const std::function<void()> &work, std::uint64_t max_steps) {
  const pid_t child = fork();
  if (child < 0) {
    throw OsError("fork", errno, std::strerror(errno));
  }
  if (child == 0) {
    run_child(work);
  }
  const int status = wait_for(child);
  if (status == -1 || !WIFSTOPPED(status)) {
    return {Outcome::not_permitted, 0};
  }
  // The child must not outlive a parent that is killed in the middle of the count.
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
  return step_to_end(child, max_steps);
}

} // namespace vmperf::os
