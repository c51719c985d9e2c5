#include "evidence.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "batch.hpp"
#include "deadline.hpp"
#include "vmperf/os/step_counter.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kStepBudget = 60'000; // 2 to 6 s in the worst case
constexpr std::uint64_t kStepGoal = 1'500;    // what a typical case spends
constexpr double kCarefully = 0.7;            // of the steps that the time left should hold
constexpr double kLongNs = 30'000;            // two such ops exceed the budget, at one step a ns,
constexpr std::uint64_t kLongBudget = 6'000;  // unless they wait: a try, not seconds in vain
constexpr std::uint64_t kLeastOps = 10;
constexpr std::uint64_t kMostOps = 64;
constexpr std::uint64_t kLeastOpsOfCopies = 2; // that a copy adds instructions shows in few of them
constexpr std::uint64_t kMostOpsOfCopies = 20;
constexpr std::int64_t kTimeoutNs = 2'000'000'000;
constexpr std::array<unsigned, 3> kCopies{1, 2, 4};
constexpr int kCopyRounds = 15;
constexpr double kCopyBatchNs = 100'000;

using Outcome = os::StepCount::Outcome;

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
  case Outcome::counted:
    return "counted";
  case Outcome::not_permitted:
    return "not permitted";
  case Outcome::over_budget:
    return "over budget: one op takes too many instructions to single-step";
  case Outcome::timed_out:
    return "timed out: many instructions, or the op waits for a thread, a lock or the clock";
  case Outcome::threw:
    return "an exception in the counting child";
  case Outcome::child_died:
    return "the counting child died";
  }
  return "?";
}

os::StepCount steps(Workload &workload, unsigned copies, std::uint64_t n, std::uint64_t budget,
                    const Deadline &deadline) {
  const double most_ns = std::min(deadline.left_ns(), static_cast<double>(kTimeoutNs));
  if (most_ns <= 0) {
    return {.outcome = Outcome::timed_out};
  }
  return os::count_steps(
      [&workload, copies, n] {
        sink(copies == 1 ? workload.run(n) : workload.run_copies(copies, n));
      },
      {.max_steps = budget, .timeout_ns = static_cast<std::int64_t>(most_ns) + 1});
}

// How many ops apart the two counts should lie: many enough to average over periodic work, few
// enough for the budget.
std::uint64_t spread_for(std::uint64_t per_op, std::uint64_t constant, std::uint64_t max_n,
                         std::uint64_t budget, unsigned copies) {
  const std::uint64_t wanted = std::clamp(kStepGoal / std::max<std::uint64_t>(per_op, 1),
                                          copies == 1 ? kLeastOps : kLeastOpsOfCopies,
                                          copies == 1 ? kMostOps : kMostOpsOfCopies);
  const std::uint64_t affordable =
      (budget - std::min(budget, constant)) / std::max<std::uint64_t>(per_op, 1) / 2;
  return std::clamp<std::uint64_t>(wanted, 1,
                                   std::max<std::uint64_t>(1, std::min(affordable, max_n - 1)));
}

// A linear batch of each number of copies, the least of several rounds: noise only adds.
void time_copies(Workload &workload, double ns_per_op, const Deadline &deadline,
                 Evidence &evidence) {
  const double ops = kCopyBatchNs / std::max(ns_per_op, 0.01);
  const auto n = static_cast<std::uint64_t>(std::clamp(ops, 1.0, 1e9));
  evidence.copies_ns.fill(std::numeric_limits<double>::infinity());
  for (int round = 0; round < kCopyRounds && (round == 0 || deadline.left_ns() > 0); ++round) {
    for (std::size_t i = 0; i < kCopies.size(); ++i) {
      const Batch batch = time_batch(workload, {n, kCopies[i], 0});
      evidence.copies_ns[i] =
          std::min(evidence.copies_ns[i], static_cast<double>(batch.ns) / static_cast<double>(n));
    }
  }
}

} // namespace

MarginalCount count_per_op(Workload &workload, unsigned copies, double ns_per_op,
                           std::int64_t limit_ns) {
  const Deadline deadline(limit_ns);
  std::uint64_t budget = ns_per_op > kLongNs ? kLongBudget : kStepBudget;
  if (workload.max_n() < 2) {
    return {std::nullopt, "one op a batch: no marginal count"};
  }
  const std::int64_t begin = os::now_ns();
  const os::StepCount one = steps(workload, copies, 1, budget, deadline);
  const os::StepCount two =
      one.outcome == Outcome::counted ? steps(workload, copies, 2, budget, deadline) : one;
  if (two.outcome != Outcome::counted) {
    return {std::nullopt, std::string(to_text(two.outcome))};
  }
  if (deadline.is_set()) { // as many steps as the first ones say that there is time for
    const double step_ns = static_cast<double>(os::now_ns() - begin) /
                           static_cast<double>(one.instructions + two.instructions + 1);
    const double affordable = kCarefully * std::max(deadline.left_ns(), 0.0) / step_ns;
    budget = std::min(budget, static_cast<std::uint64_t>(affordable));
  }
  const std::uint64_t per_op =
      two.instructions > one.instructions ? two.instructions - one.instructions : 0;
  const std::uint64_t spread =
      spread_for(per_op, one.instructions, workload.max_n(), budget, copies);
  const os::StepCount many = steps(workload, copies, 1 + spread, budget, deadline);
  if (many.outcome != Outcome::counted) {
    return {static_cast<double>(per_op), std::string(to_text(Outcome::counted))};
  }
  const auto more = static_cast<double>(many.instructions) - static_cast<double>(one.instructions);
  return {more / static_cast<double>(spread), std::string(to_text(Outcome::counted))};
}

void gather_evidence(Workload &workload, double ns_per_op, const Settings &settings,
                     Evidence &evidence) {
  const bool count = settings.count_instructions;
  const Deadline deadline(settings.evidence_ns);
  const auto left_ns = [&deadline] { // 0 would be no limit
    return deadline.is_set()
               ? std::max<std::int64_t>(1, static_cast<std::int64_t>(deadline.left_ns()))
               : 0;
  };
  if (!count) {
    evidence.instr_status = settings.process == 0 ? "not asked for" : kCountedElsewhere;
  } else {
    const MarginalCount counted = count_per_op(workload, 1, ns_per_op, left_ns());
    evidence.instr_per_op = counted.instructions;
    evidence.instr_status = counted.status;
    static const auto empty = count_per_op(*make_empty_loop()).instructions;
    evidence.empty_instr_per_op = empty;
  }
  if (workload.max_copies() < kCopies.back()) {
    return;
  }
  time_copies(workload, ns_per_op, deadline, evidence);
  evidence.copies_instr[0] = evidence.instr_per_op.value_or(0); // the same loop
  for (std::size_t i = 1; count && i < kCopies.size(); ++i) {
    evidence.copies_instr[i] =
        count_per_op(workload, kCopies[i], ns_per_op, left_ns()).instructions.value_or(0);
  }
}

} // namespace vmperf::bench
