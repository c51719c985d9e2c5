// Kernels whose cost per op is documented: the proof that this machine's clock, cycles and loops
// are read aright. Each is an opaque chain of dependent instructions, so neither the compiler nor
// an out-of-order core can shorten it:
//   add            add r, r (not of a constant: recent cores fold that at rename)
//   imul           32-bit multiply r, r
//   l1_load        a pointer chase over 64 cache lines in L1, simple addressing
//   store_forward  store a register to one address, load it back from there. Cores that rename
//                  memory (Zen 2 and 4, Ice Lake, Golden Cove and later) do it in 0 to 1 cycles,
//                  others in 4 to 8; no maker states one figure, so it has no expectation.
// Best of many short batches spread over time, between measurements of the core clock, so that it
// holds under load and under a changing clock. Takes about 40 ms; safe from any thread.
// Sources: the AMD, Intel and Arm optimisation guides as named per result; Agner Fog; uops.info.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vmperf::os {

struct KernelResult {
  std::string kernel;
  double ns_per_op = 0;
  double cycles = 0;                     ///< core cycles per op
  std::optional<double> expected_cycles; ///< by the document; nothing where none gives a figure
  std::string source;                    ///< the document, or why there is no expectation
};

[[nodiscard]] std::vector<KernelResult> selftest();

} // namespace vmperf::os
