// Evidence of work, gathered on the first instance before anything is measured: instructions per op
// counted exactly in a forked child, of the instance as made and once it is warm; the time of an op
// at the n that is counted; and the times of 1, 2 and 4 inlined copies where the op is a functor.
// All of it within Settings::evidence_ns. What follows from it stands in signs.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vmperf/bench/runner.hpp"
#include "vmperf/bench/workload.hpp"

namespace vmperf::bench {

struct MarginalCount {
  std::optional<double> instructions;        ///< per op
  std::string status;                        ///< counted, or why not
  std::optional<double> work = std::nullopt; ///< of them: not loop control, where that is told
  double repeats = 0;                        ///< of them: repetitions of string instructions
};

/// Instructions per op: the marginal count between two values of n, from 10 to 64 ops apart where
/// the op is small enough. The workload itself is not run: a child process runs its copy. Little is
/// tried for an op of more than 30 us. It takes kMostEvidenceNs at most.
[[nodiscard]] MarginalCount count_per_op(Workload &workload, unsigned copies = 1,
                                         double ns_per_op = 0);

/// The instr_status of a process other than the first, whose machine code is the same.
inline constexpr std::string_view kCountedElsewhere = "counted in process 0";

/// Fills fresh_instr_per_op, where instructions are counted: of a workload that has not run yet.
void count_fresh(Workload &workload, const Settings &settings, Evidence &evidence);

/// Fills instr_*, small_ns_per_op and, for functors, copies_*.
void gather_evidence(Workload &workload, double ns_per_op, const Settings &settings,
                     Evidence &evidence);

} // namespace vmperf::bench
