#include "vmperf/os/kernels.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

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
constexpr int kRounds = 24;
constexpr double kUnsteady = 0.01;

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

// All kernels, with looks at the core's clock between them: turbo and neighbours move it within
// milliseconds, and a clock seen at another time says nothing about these batches.
struct Round {
  std::vector<Kernel> kernels = all_kernels();
  double high_hz = 0, low_hz = std::numeric_limits<double>::max();

  void look(double hz) {
    high_hz = std::max(high_hz, hz);
    low_hz = std::min(low_hz, hz);
  }
  [[nodiscard]] bool steady() const { return low_hz >= (1 - kUnsteady) * high_hz; }
  [[nodiscard]] double cycles() const {
    double sum = 0;
    for (const Kernel &kernel : kernels) {
      sum += kernel.best_ns * high_hz;
    }
    return sum;
  }
};

} // namespace

std::vector<KernelResult> selftest() {
  const auto ring = std::make_unique<ChaseRing>();
  std::vector<Round> rounds(kRounds);
  double hz = measure_core_hz();
  for (Round &round : rounds) {
    round.look(hz);
    for (Kernel &kernel : round.kernels) {
      time_batches(kernel, *ring);
      hz = measure_core_hz();
      round.look(hz);
    }
  }
  // Whoever else wants the core adds cycles; a clock that rose between two looks takes some away,
  // which is rare: the best eighth of the steady rounds may have it, the next one has neither.
  const auto unsteady = std::ranges::partition(rounds, &Round::steady);
  const auto end = unsteady.size() < rounds.size() ? unsteady.begin() : rounds.end();
  const auto chosen = rounds.begin() + (end - rounds.begin()) / 8;
  std::ranges::nth_element(rounds.begin(), chosen, end, {}, &Round::cycles);
  const Microarchitecture *core = find_microarchitecture(cpu());
  std::vector<KernelResult> results;
  results.reserve(chosen->kernels.size());
  for (const Kernel &kernel : chosen->kernels) {
    results.push_back(to_result(kernel, chosen->high_hz, core));
  }
  return results;
}

} // namespace vmperf::os
