#include "vmperf/os/step_counter.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <unordered_map>
#include <vector>

#include "instruction.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::os {
namespace {

using Outcome = StepCount::Outcome;
constexpr int kNotPermitted = 113; // exit code of a child that may not be traced
constexpr int kThrew = 115;        // exit code of a child whose work threw
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::uint64_t kStepsPerLook = 64; // at the clock

// This thread, and the child that it forks, on the CPU it is on now, until the end of the scope.
// Where that is refused they run where they may.
class OneCpu {
public:
  OneCpu() {
    try {
      before_ = allowed_cpus();
      pin_to_cpu(sched_getcpu());
      pinned_ = true;
    } catch (const VmperfError &) {
      pinned_ = false;
    }
  }
  OneCpu(const OneCpu &) = delete;
  OneCpu &operator=(const OneCpu &) = delete;
  OneCpu(OneCpu &&) = delete;
  OneCpu &operator=(OneCpu &&) = delete;
  ~OneCpu() {
    if (pinned_) {
      allow_cpus(before_);
    }
  }

private:
  std::vector<int> before_;
  bool pinned_ = false;
};

// The kernel itself ends the child, whatever the child waits for and whether its signals are
// blocked.
void end_at(std::int64_t timeout_ns) {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGKILL;
  timer_t timer{};
  itimerspec when{};
  when.it_value.tv_sec = timeout_ns / kNsPerSecond;
  when.it_value.tv_nsec = timeout_ns % kNsPerSecond;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    timer_settime(timer, 0, &when, nullptr);
  }
}

[[noreturn]] void leave(int code) {
  // Not _exit(): before a call that does not return, AddressSanitizer cleans the shadow of the
  // whole stack, tens of thousands of steps.
  for (;;) {
    syscall(SYS_exit_group, code);
  }
}

[[noreturn]] void run_child(const std::function<void()> &before, const std::function<void()> &work,
                            pid_t parent, std::int64_t timeout_ns) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent || ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    _exit(kNotPermitted);
  }
  end_at(timeout_ns);
  try {
    if (before) {
      before();
    }
    // The parent takes over here. By syscall(), which is bound at its first call: 800 steps, were
    // it the one that ends the child.
    syscall(SYS_kill, getpid(), SIGSTOP);
    work();
  } catch (...) { // the stack above is the parent's code, which must not go on here
    leave(kThrew);
  }
  leave(0);
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

bool is_fatal(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
         signal == SIGABRT;
}

class Stepper {
public:
  Stepper(pid_t child, const StepLimits &limits)
      : child_(child), max_steps_(limits.max_steps), end_ns_(now_ns() + limits.timeout_ns) {}

  StepCount to_end() {
    for (std::uint64_t steps = 0; steps < max_steps_; ++steps) {
      note_next();
      if (ptrace(PTRACE_SINGLESTEP, child_, nullptr, nullptr) != 0) {
        return end(now_ns() >= end_ns_ ? Outcome::timed_out : Outcome::not_permitted);
      }
      const int status = wait_for(child_);
      if (status == -1 || WIFSIGNALED(status)) {
        count_.outcome = now_ns() >= end_ns_ ? Outcome::timed_out : Outcome::child_died;
        return count_;
      }
      if (WIFEXITED(status)) {
        count_.instructions = steps;
        count_.outcome = WEXITSTATUS(status) == kThrew ? Outcome::threw : Outcome::counted;
        return count_;
      }
      if (WIFSTOPPED(status) && is_fatal(WSTOPSIG(status))) {
        return end(Outcome::child_died);
      }
      if (steps % kStepsPerLook == 0 && now_ns() >= end_ns_) {
        return end(Outcome::timed_out);
      }
    }
    return end(Outcome::over_budget);
  }

  // The child ended before the first step.
  StepCount ended_early(int status) {
    if (WIFEXITED(status)) {
      count_.outcome = WEXITSTATUS(status) == kThrew ? Outcome::threw : Outcome::not_permitted;
    } else {
      count_.outcome = now_ns() >= end_ns_ ? Outcome::timed_out : Outcome::child_died;
    }
    return count_;
  }

private:
  StepCount end(Outcome outcome) {
    kill(child_, SIGKILL);
    wait_for(child_);
    count_.outcome = outcome;
    return count_;
  }

  // What the next step does. Code is read once per place: it is assumed not to change.
  void note_next() {
    const auto where = next_instruction(child_);
    count_.told_apart = where.has_value();
    if (!where) {
      return;
    }
    const auto [known, fresh] = kinds_.try_emplace(*where, InstructionKind::work);
    if (fresh) {
      known->second = read_kind(*where);
    }
    const InstructionKind kind = known->second;
    count_.repeats += kind == InstructionKind::string && *where == last_ ? 1U : 0U;
    count_.control += kind == InstructionKind::control ? 1U : 0U;
    count_.jumps += kind == InstructionKind::jump ? 1U : 0U;
    count_.counters += kind == InstructionKind::counter ? 1U : 0U;
    last_ = *where;
  }

  [[nodiscard]] InstructionKind read_kind(std::uintptr_t where) const {
    std::array<std::uint8_t, kLongestInstruction> bytes{};
    const iovec here{bytes.data(), bytes.size()};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of the child's
    const iovec there{reinterpret_cast<void *>(where), bytes.size()};
    const ssize_t n = process_vm_readv(child_, &here, 1, &there, 1, 0);
    return n <= 0 ? InstructionKind::work
                  : kind_of(std::span(bytes).first(static_cast<std::size_t>(n)));
  }

  pid_t child_;
  std::uint64_t max_steps_;
  std::int64_t end_ns_;
  StepCount count_;
  std::uintptr_t last_ = 0;
  std::unordered_map<std::uintptr_t, InstructionKind> kinds_;
};

} // namespace

StepCount count_steps(const std::function<void()> &work, const StepLimits &limits,
                      const std::function<void()> &before) {
  const OneCpu one_cpu;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    throw OsError("fork", errno, std::strerror(errno));
  }
  if (child == 0) {
    run_child(before, work, parent, limits.timeout_ns);
  }
  Stepper stepper(child, limits);
  const int status = wait_for(child);
  if (status == -1 || !WIFSTOPPED(status)) {
    return stepper.ended_early(status);
  }
  // The child must not outlive a parent that is killed in the middle of the count.
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
  return stepper.to_end();
}

} // namespace vmperf::os
