#include "evidence.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "batch.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/core_clock.hpp"
#include "vmperf/os/step_counter.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kStepBudget = 40'000; // 0.2 s; seconds where steps are slow
constexpr std::uint64_t kStepGoal = 500;      // what a typical case spends
constexpr std::uint64_t kLongGoal = 2'000;    // beyond it an op is its own average: fewer will do
constexpr double kLongNs = 10'000;            // such an op exceeds the budget, at four steps a ns,
constexpr std::uint64_t kLongBudget = 6'000;  // unless they wait: a try, not seconds in vain
constexpr std::uint64_t kLeastOps = 10;
constexpr std::uint64_t kMostOps = 64;
constexpr std::uint64_t kLeastOpsOfCopies = 2; // that a copy adds instructions shows in few of them
constexpr std::uint64_t kMostOpsOfCopies = 20;
constexpr std::uint64_t kMostOpsToFit = 2'000;
constexpr double kShareOfOne = 0.35; // of the time: one op, of which two must be counted as well
constexpr double kTimeUsed = 0.7;    // of what is left; the pace of steps varies
constexpr int kMoreTime = 2;         // evidence_ns for a count that fits no core
constexpr double kFarTooMany = 4;    // times what fits a core: no chance of a few ops
constexpr double kMostPerCycle = 8;  // instructions; more fits no core
constexpr double kLikeFresh = 2.5;
constexpr std::uint64_t kFreshBudget = 8'000;
constexpr std::uint64_t kFreshGoal = 1'500; // more than of a warm one: its first growth is dear
constexpr std::array<unsigned, 3> kCopies{1, 2, 4};
constexpr int kCopyRounds = 15;
constexpr double kCopyBatchNs = 100'000;
constexpr int kSmallRounds = 40;
constexpr int kLeastSmallRounds = 5;
constexpr double kSmallNs = 10'000'000;   // what all rounds may take
constexpr double kLeastSmallShare = 0.33; // of a small batch: its ops, less is all constant

using Outcome = os::StepCount::Outcome;

struct Limits {
  std::uint64_t budget, goal; ///< steps
  std::int64_t end_ns;        ///< on the clock
  bool fresh = false;         ///< counts the first run of a child, else its second
  std::uint64_t least_ops = kLeastOps, most_ops = kMostOps;
  std::uint64_t per_op = 0;  ///< instructions that an op is known to take; 0 = none
  std::int64_t whole_ns = 0; ///< of which end_ns is the end
  double believable = 0;     ///< instructions that an op can take in its time
};

struct Steps : os::StepCount {
  std::int64_t took_ns = 0; ///< with the fork
};

double most_instructions(double ns_per_op) {
  return kMostPerCycle * ns_per_op * os::core_hz() * 1e-9;
}

Limits limits_for(double ns_per_op, std::int64_t end_ns) {
  Limits limits{ns_per_op > kLongNs ? kLongBudget : kStepBudget, kStepGoal, end_ns};
  limits.believable = most_instructions(ns_per_op);
  return limits;
}

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
  case Outcome::counted:
    return "counted";
  case Outcome::not_permitted:
    return "not permitted";
  case Outcome::over_budget:
    return "over budget: one op takes too many instructions to single-step";
  case Outcome::timed_out:
    return "timed out: the op waits for another thread, a lock or the clock, or evidence_ns is "
           "short";
  case Outcome::threw:
    return "an exception in the counting child";
  case Outcome::child_died:
    return "the counting child died";
  }
  return "?";
}

// The first run of this n settles what later ones find: the heap, code that is bound when it is
// first called. A fresh instance is counted at once, since what it does first is the question.
Steps steps(Workload &workload, unsigned copies, std::uint64_t n, const Limits &limits,
            double share = 1) {
  const std::int64_t start_ns = os::now_ns();
  const auto left_ns =
      static_cast<std::int64_t>(share * static_cast<double>(limits.end_ns - start_ns));
  if (left_ns <= 0) {
    return {{.outcome = Outcome::timed_out}};
  }
  const auto run = [&workload, copies, n] {
    sink(copies == 1 ? workload.run(n) : workload.run_copies(copies, n));
  };
  const auto before = [&] {
    workload.prepare(n);
    if (!limits.fresh) {
      run();
      workload.prepare(n);
    }
  };
  const os::StepCount count =
      os::count_steps(run, {.max_steps = limits.budget, .timeout_ns = left_ns}, before);
  return {count, os::now_ns() - start_ns};
}

// Twice the ops of `one` and more end before the time does. Steps take 4 to 20 us; a count that is
// cut off is time spent for nothing.
bool leaves_time_for_two(const Steps &one, const Limits &limits) {
  return os::now_ns() + 2 * one.took_ns < limits.end_ns;
}

// The instructions beside those of `one` for which there is time.
std::uint64_t steps_left(const Steps &one, const Limits &limits) {
  const auto step_ns = static_cast<double>(one.took_ns) /
                       static_cast<double>(std::max<std::uint64_t>(one.instructions, 1));
  const auto left_ns = static_cast<double>(limits.end_ns - os::now_ns() - one.took_ns);
  return static_cast<std::uint64_t>(std::max(0.0, kTimeUsed * left_ns / step_ns));
}

// How many ops apart the two counts should lie: many enough to average over periodic work, few
// enough for the budget.
std::uint64_t spread_for(std::uint64_t per_op, const Steps &one, std::uint64_t max_n,
                         const Limits &limits) {
  const std::uint64_t each = std::max<std::uint64_t>(per_op, 1);
  const std::uint64_t least =
      std::clamp<std::uint64_t>(std::max(kLongGoal, limits.goal) / each, 1, limits.least_ops);
  const std::uint64_t wanted = std::clamp(limits.goal / each, least, limits.most_ops);
  const std::uint64_t in_budget = (limits.budget - std::min(limits.budget, one.instructions)) / 2;
  const std::uint64_t affordable = std::min(in_budget, steps_left(one, limits)) / each;
  return std::clamp<std::uint64_t>(wanted, 1,
                                   std::max<std::uint64_t>(1, std::min(affordable, max_n - 1)));
}

MarginalCount marginal(const os::StepCount &few, const os::StepCount &many, std::uint64_t ops) {
  const auto per_op = [&](std::uint64_t os::StepCount::*field) {
    return (static_cast<double>(many.*field) - static_cast<double>(few.*field)) /
           static_cast<double>(ops);
  };
  MarginalCount found{std::max(0.0, per_op(&os::StepCount::instructions)),
                      std::string(to_text(Outcome::counted))};
  found.repeats = per_op(&os::StepCount::repeats);
  if (many.told_apart) {
    // A loop has one counter a turn; what is added beyond that is work.
    const double jumps = per_op(&os::StepCount::jumps);
    const double counting = std::min(per_op(&os::StepCount::counters), jumps);
    found.work =
        *found.instructions - found.repeats - per_op(&os::StepCount::control) - jumps - counting;
  }
  return found;
}

// One op alone, of which no more can be counted: less what a run of nothing takes.
MarginalCount less_nothing(const os::StepCount &one, const Limits &limits) {
  if (one.outcome != Outcome::counted) {
    return {std::nullopt, std::string(to_text(one.outcome))};
  }
  const os::StepCount none = steps(*make_empty_loop(), 1, 1, limits);
  if (none.outcome != Outcome::counted) {
    return {std::nullopt, std::string(to_text(none.outcome))};
  }
  MarginalCount found = marginal(none, one, 1);
  found.status = "counted: one op with the call of run()";
  return found;
}

// Two do not fit the budget, and it is the op that is long, not what run() does whatever n is.
bool is_long_op(const os::StepCount &one, const Limits &limits) {
  return one.outcome == Outcome::counted && one.instructions > limits.budget / 2 &&
         static_cast<double>(one.instructions) <= limits.believable;
}

// How many instructions the second op took, from which follows how many are worth counting.
std::uint64_t second_op(const Steps &one, const Steps &two) {
  return two.instructions > one.instructions ? two.instructions - one.instructions : 0;
}

// Two counts, three where nothing is known of the op: each has what run() does whatever n is.
MarginalCount count(Workload &workload, unsigned copies, const Limits &limits) {
  const bool alone = workload.max_n() < 2;
  const Steps one = steps(workload, copies, 1, limits, alone ? 1 : kShareOfOne);
  if (alone || is_long_op(one, limits)) {
    return copies == 1 ? less_nothing(one, limits) : MarginalCount{std::nullopt, "not tried"};
  }
  std::optional<Steps> two;
  if (limits.per_op == 0 && one.outcome == Outcome::counted) {
    two = leaves_time_for_two(one, limits) ? steps(workload, copies, 2, limits)
                                           : Steps{{.outcome = Outcome::timed_out}};
  }
  if (const Steps &last = two.value_or(one); last.outcome != Outcome::counted) {
    return {std::nullopt, std::string(to_text(last.outcome))};
  }
  const std::uint64_t per_op = two ? second_op(one, *two) : limits.per_op;
  const std::uint64_t spread = spread_for(per_op, one, workload.max_n(), limits);
  if (spread == 1 && two) {
    return marginal(one, *two, 1);
  }
  const Steps many = steps(workload, copies, 1 + spread, limits);
  if (many.outcome == Outcome::counted) {
    return marginal(one, many, spread);
  }
  if (many.outcome == Outcome::timed_out ||
      !two) { // one op is no average where a few more would be
    return {std::nullopt, std::string(to_text(many.outcome))};
  }
  return marginal(one, *two, 1);
}

// A linear batch of each number of copies, the least of several rounds: noise only adds. An op that
// takes longer than such a batch needs no proof of this kind.
void time_copies(Workload &workload, double ns_per_op, std::int64_t end_ns, Evidence &evidence) {
  if (ns_per_op > kCopyBatchNs) {
    return;
  }
  const double ops = kCopyBatchNs / std::max(ns_per_op, 0.01);
  const auto n = static_cast<std::uint64_t>(std::clamp(ops, 1.0, 1e9));
  evidence.copies_ns.fill(std::numeric_limits<double>::infinity());
  for (int round = 0; round == 0 || (round < kCopyRounds && os::now_ns() < end_ns); ++round) {
    for (std::size_t i = 0; i < kCopies.size(); ++i) {
      const Batch batch = time_batch(workload, {n, kCopies[i], 0});
      evidence.copies_ns[i] =
          std::min(evidence.copies_ns[i], static_cast<double>(batch.ns) / static_cast<double>(n));
    }
  }
}

// The difference of two small batches, each the least of several: what run() does whatever n is
// falls out of it. 0 where that constant hides the ops.
double time_small(Workload &workload, double ns_per_op, std::int64_t end_ns) {
  const double affordable = kSmallNs / kLeastSmallRounds / std::max(ns_per_op, 1e-3);
  const auto n = static_cast<std::uint64_t>(std::min(
      {affordable, 1.0 + static_cast<double>(kMostOps), static_cast<double>(workload.max_n())}));
  if (n < kLeastOps) {
    return 0;
  }
  std::int64_t one_ns = std::numeric_limits<std::int64_t>::max();
  std::int64_t many_ns = one_ns;
  std::int64_t spent_ns = 0;
  for (int round = 0; round < kSmallRounds && os::now_ns() < end_ns; ++round) {
    if (round >= kLeastSmallRounds && static_cast<double>(spent_ns) > kSmallNs) {
      break;
    }
    const Batch one = time_batch(workload, {1, 1, 0});
    const Batch many = time_batch(workload, {n, 1, 0});
    one_ns = std::min(one_ns, one.ns);
    many_ns = std::min(many_ns, many.ns);
    spent_ns += one.wall_ns + many.wall_ns;
  }
  const auto ops_ns = static_cast<double>(many_ns - one_ns);
  const bool resolved = ops_ns > kLeastSmallShare * static_cast<double>(many_ns);
  return spent_ns > 0 && resolved ? ops_ns / static_cast<double>(n - 1) : 0;
}

bool fits(const MarginalCount &counted, double ns_per_op) {
  return !counted.instructions ||
         *counted.instructions - counted.repeats <= most_instructions(ns_per_op);
}

// More ops in more time: a count that fits no core is worth it. What is dear at small n alone, such
// as a container's growth, falls out, and ops that differ come to their average. Where not even so
// more could be counted, a few ops that happened to be long prove nothing; far too many do.
MarginalCount count_more(Workload &workload, double ns_per_op, const Limits &limits,
                         const MarginalCount &counted) {
  Limits more = limits;
  more.goal = limits.budget / 3;
  more.most_ops = kMostOpsToFit;
  more.per_op = static_cast<std::uint64_t>(counted.instructions.value_or(0)) + 1;
  more.end_ns = os::now_ns() + kMoreTime * limits.whole_ns;
  if (MarginalCount again = count(workload, 1, more); again.instructions) {
    return again;
  }
  if (counted.instructions.value_or(0) < kFarTooMany * most_instructions(ns_per_op)) {
    return {std::nullopt, "timed out: ops differ, and too few of them fit into evidence_ns"};
  }
  return counted;
}

// Drops what the first ops of a new instance took where as few ops of an old one take about as
// much: they are dear because they are few, not because they are the first.
void compare_with_fresh(const MarginalCount &few, Evidence &evidence) {
  if (few.instructions && evidence.fresh_instr_per_op &&
      *evidence.fresh_instr_per_op < kLikeFresh * (*few.instructions - few.repeats)) {
    evidence.fresh_instr_per_op.reset();
  }
}

MarginalCount count_to_fit(Workload &workload, double ns_per_op, const Limits &limits,
                           Evidence &evidence) {
  MarginalCount counted = count(workload, 1, limits);
  if (limits.per_op > 0 && !counted.instructions) { // the first ops of an instance said too little
    Limits anew = limits;
    anew.per_op = 0;
    counted = count(workload, 1, anew);
  }
  if (fits(counted, ns_per_op)) {
    return counted;
  }
  compare_with_fresh(counted, evidence);
  return count_more(workload, ns_per_op, limits, counted);
}

void count_all(Workload &workload, double ns_per_op, const Limits &limits, Evidence &evidence) {
  const MarginalCount counted = count_to_fit(workload, ns_per_op, limits, evidence);
  evidence.instr_per_op = counted.instructions;
  evidence.instr_status = counted.status;
  evidence.work_per_op = counted.work;
  evidence.repeats_per_op = counted.repeats;
  static const auto empty = count_per_op(*make_empty_loop()).instructions; // same in all designs
  evidence.empty_instr_per_op = empty;
  if (workload.max_copies() < kCopies.back() || ns_per_op > kCopyBatchNs || !counted.instructions) {
    return;
  }
  Limits few = limits;
  few.least_ops = kLeastOpsOfCopies;
  few.most_ops = kMostOpsOfCopies;
  for (std::size_t i = 0; i < kCopies.size(); ++i) {
    few.per_op = kCopies[i] * (static_cast<std::uint64_t>(*counted.instructions) + 1);
    const auto copies =
        i == 0 ? counted.instructions : count(workload, kCopies[i], few).instructions;
    evidence.copies_instr[i] = copies.value_or(0);
  }
}

} // namespace

MarginalCount count_per_op(Workload &workload, unsigned copies, double ns_per_op) {
  return count(workload, copies, limits_for(ns_per_op, os::now_ns() + kMostEvidenceNs));
}

void count_fresh(Workload &workload, const Settings &settings, Evidence &evidence) {
  if (!settings.count_instructions || workload.max_n() < kLeastOps) {
    return;
  }
  const Limits limits{kFreshBudget, kFreshGoal, os::now_ns() + settings.evidence_ns / 4, true};
  const MarginalCount counted = count(workload, 1, limits);
  if (counted.instructions) {
    evidence.fresh_instr_per_op = *counted.instructions - counted.repeats;
  }
}

void gather_evidence(Workload &workload, double ns_per_op, const Settings &settings,
                     Evidence &evidence) {
  const std::int64_t end_ns = os::now_ns() + settings.evidence_ns;
  evidence.small_ns_per_op = time_small(workload, ns_per_op, end_ns);
  if (workload.max_copies() >= kCopies.back()) {
    time_copies(workload, ns_per_op, end_ns, evidence);
  }
  if (!settings.count_instructions) {
    evidence.instr_status = settings.process == 0 ? "not asked for" : kCountedElsewhere;
  } else if (ns_per_op > static_cast<double>(settings.evidence_ns) / 2) {
    evidence.instr_status = "not tried: an op takes too long";
  } else {
    Limits limits = limits_for(ns_per_op, end_ns);
    limits.whole_ns = settings.evidence_ns;
    limits.per_op = static_cast<std::uint64_t>(evidence.fresh_instr_per_op.value_or(0));
    count_all(workload, ns_per_op, limits, evidence);
  }
}

} // namespace vmperf::bench
