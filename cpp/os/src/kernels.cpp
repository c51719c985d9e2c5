#include "vmperf/os/kernels.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "kernel_chains.hpp"
#include "microarchitecture.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/core_clock.hpp"

namespace vmperf::os {
namespace {

// 12'500 ops: 3 us and more, so that a timer step is 0.3 % at most, and short enough that some
// batches fall between what the other hardware thread does. With batches four times as long l1_load
// read 4.12 cycles and more in 9 of 60 tries on a loaded machine, with these in none.
constexpr int kIterations = 250;
constexpr int kBatches = 80; // per round
constexpr int kRounds = 10;

struct Kernel {
  const char *name;
  void (*run)(ChaseRing &ring);
  std::optional<double> Microarchitecture::*expected; // nullptr: no document gives a figure
  double best_ns = std::numeric_limits<double>::max();
};

std::vector<Kernel> all_kernels() {
  return {
      {"add", [](ChaseRing &) { add_ops(kIterations); }, &Microarchitecture::add},
      {"imul", [](ChaseRing &) { imul_ops(kIterations); }, &Microarchitecture::imul},
      {"l1_load", [](ChaseRing &ring) { l1_load_ops(ring, kIterations); },
       &Microarchitecture::l1_load},
      {"store_forward", [](ChaseRing &) { store_forward_ops(kIterations); }, nullptr},
  };
}

void time_batches(Kernel &kernel, ChaseRing &ring) {
  for (int i = 0; i < kBatches; ++i) {
    const std::int64_t begin = now_ns();
    kernel.run(ring);
    const double ns = static_cast<double>(now_ns() - begin) - timer_cost().cost_ns;
    kernel.best_ns = std::min(kernel.best_ns, ns / (double{kIterations} * kChainUnroll));
  }
}

KernelResult to_result(const Kernel &kernel, double hz, const Microarchitecture *core) {
  KernelResult out;
  out.kernel = kernel.name;
  out.ns_per_op = kernel.best_ns;
  out.cycles = kernel.best_ns * hz * 1e-9;
  if (kernel.expected == nullptr) {
    out.source = "no document gives one figure: cores that rename memory take 0 to 1 cycles";
  } else if (core == nullptr) {
    out.source = "this core isn't in the table of micro-architectures";
  } else if (const auto expected = core->*kernel.expected) {
    out.expected_cycles = expected;
    out.source = core->source;
  } else {
    out.source = "no document at hand gives a figure for " + std::string(core->name);
  }
  return out;
}

} // namespace

std::vector<KernelResult> selftest() {
  std::vector<Kernel> kernels = all_kernels();
  const auto ring = std::make_unique<ChaseRing>();
  // Best against best: the fastest clock seen goes with the fastest batch of each kernel.
  double hz = core_hz();
  for (int round = 0; round < kRounds; ++round) {
    for (Kernel &kernel : kernels) {
      time_batches(kernel, *ring);
    }
    hz = std::max(hz, measure_core_hz());
  }
  const Microarchitecture *core = find_microarchitecture(cpu());
  std::vector<KernelResult> results;
  results.reserve(kernels.size());
  for (const Kernel &kernel : kernels) {
    results.push_back(to_result(kernel, hz, core));
  }
  return results;
}

} // namespace vmperf::os
