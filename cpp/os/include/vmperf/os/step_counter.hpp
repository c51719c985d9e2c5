// Counts the instructions that a function retires, exactly and without a performance counter: a
// forked child runs it under PTRACE_SINGLESTEP and the parent counts the stops. Costs 30 to 100 us
// per instruction. The count includes a constant of a few hundred instructions around the function:
// take the difference of two calls. A repeated string instruction counts once per repetition.
// The parent must be able to wait for its child; other threads of it are not touched.
#pragma once

#include <cstdint>
#include <functional>

namespace vmperf::os {

struct StepCount {
  enum class Outcome : std::uint8_t { counted, not_permitted, over_budget, child_died };
  Outcome outcome;
  std::uint64_t instructions; ///< valid when counted
};

/// Runs `work` in a forked child; gives up (and kills it) after `max_steps`.
[[nodiscard]] StepCount count_steps(const std::function<void()> &work, std::uint64_t max_steps);

} // namespace vmperf::os
