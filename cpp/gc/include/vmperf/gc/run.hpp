// A program run on a space from beginning to end, and what its pauses look like to the tools that
// others read collectors with: the text of the JVM's unified logging and the JSON of Chrome's
// traces. Both are written when the run is over, never inside a pause. O(pauses).
// Sources: JEP 158 and 271 (unified logging); Trace Event Format (Chrome, Perfetto).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vmperf/gc/mutators/machine.hpp"

namespace vmperf::gc {

struct RunSettings {
  std::string space, program;
  SpaceSettings heap;
  ProgramSettings demand;
  std::uint64_t steps = 100;
};

struct RunResult {
  std::int64_t begin_ns = 0, end_ns = 0; ///< of the steps: what is built before is outside
  std::uint64_t checksum = 0;            ///< one on all spaces for one seed
  std::uint64_t objects = 0;
  SpaceFigures figures;
  std::vector<Pause> pauses;       ///< of the steps alone
  std::vector<Decision> decisions; ///< the same, of a pause target; one for each pause
};

/// All errors of make_machine(); CorruptionError where the program finds its data changed.
[[nodiscard]] RunResult run_program(const RunSettings &settings);

/// A line a pause, in seconds since the run began: `[0.012s][info][gc] GC(0) Pause Young ...`.
[[nodiscard]] std::string jvm_log(const RunResult &run);

/// {"traceEvents": [...]}: a complete event ("ph": "X") for each pause and each of its phases.
[[nodiscard]] std::string chrome_trace(const RunResult &run);

} // namespace vmperf::gc
