// Counts the instructions that a function retires, exactly and without a performance counter: a
// forked child runs it under PTRACE_SINGLESTEP and the parent counts the stops. Costs 3 to 100 us
// per instruction: both run on one CPU meanwhile, an interrupt from one to another costs more than
// the step. The count includes a constant of some tens of instructions around the function: take
// the difference of two calls. A string instruction counts once per repetition, told apart.
// The child has this thread alone: where the function waits for another one, or for a lock that
// another held, the kernel ends the child at the time limit. An exception ends the child. The
// parent must be able to wait for its child; other threads of it are not touched.
// Sources: ptrace(2), timer_create(2).
#pragma once

#include <cstdint>
#include <functional>

namespace vmperf::os {

struct StepLimits {
  std::uint64_t max_steps;
  std::int64_t timeout_ns = 10'000'000'000; ///< of wall-clock time, > 0
};

struct StepCount {
  enum class Outcome : std::uint8_t {
    counted,
    not_permitted,
    over_budget, ///< of steps
    timed_out,
    threw, ///< an exception left the function
    child_died,
  };
  Outcome outcome = Outcome::not_permitted;
  std::uint64_t instructions = 0; ///< valid when counted, as all below
  std::uint64_t repeats = 0;      ///< of them: repetitions of string instructions after the first
  bool told_apart = false;        ///< whether the next three are known on this architecture
  std::uint64_t control = 0;      ///< of them: compares and moves of registers, tests, nops
  std::uint64_t jumps = 0;        ///< of them: jumps, taken or not
  std::uint64_t counters = 0;     ///< of them: a constant added to a register
};

/// Runs `before` and then `work` in a forked child, and counts the latter; gives up, and kills it,
/// at either limit. OsError where no child can be made.
[[nodiscard]] StepCount count_steps(const std::function<void()> &work, const StepLimits &limits,
                                    const std::function<void()> &before = {});

} // namespace vmperf::os
