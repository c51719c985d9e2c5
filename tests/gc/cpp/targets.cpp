// Every program on a heap with the verifier on: its checksum with pause targets, and under stress,
// is the one that it has without. Prints "ok", or which differs.
#include <cstdio>
#include <exception>
#include <string>

#include "vmperf/gc/mutators/heap_space.hpp"
#include "vmperf/gc/mutators/machine.hpp"

using namespace vmperf::gc;

namespace {

using Collected = HeapSpace<Policy<CollectorKind::gen_immix, BarrierKind::object_log>>;

struct Found {
  std::uint64_t sum = 0;
  std::size_t decisions = 0, cycles = 0;
};

Found run(std::string_view program, double target_ms, std::uint64_t stress) {
  const auto make = [&](const SpaceSettings & /*of*/) {
    Options options;
    options.barrier = "object-log";
    options.heap_bytes = std::size_t{3} << 20U;
    options.nursery_bytes = std::size_t{64} << 10U;
    options.pretouch = false;
    options.verify = true;
    options.stress = stress;
    options.pause_target_ms = target_ms;
    return std::make_unique<Collected>(options);
  };
  const bool deep = program == "binary_trees" || program == "gcbench";
  const ProgramSettings demand{.size = deep ? 6U : 100U, .seed = 3, .longevity = 0.2};
  const auto machine = machine_on<Collected>(make, {}, program, demand);
  Found found;
  for (int i = 0; i < 3; ++i) {
    found.sum = found.sum * 31 + machine->step();
  }
  if (const std::string fault = machine->fault(); !fault.empty()) {
    std::printf("%s: %s\n", std::string(program).c_str(), fault.c_str());
  }
  for (const Decision &decision : machine->decisions(0)) {
    ++found.decisions;
    found.cycles += decision.phase == QuotaPhase::finish ? 1 : 0;
  }
  if (target_ms > 0 && found.decisions != machine->pauses(0).size()) {
    std::puts("not each pause has its decision");
  }
  return found;
}

} // namespace

int main() {
  std::size_t cycles = 0;
  try {
    for (const ProgramSource &program : program_sources()) {
      const Found plain = run(program.name, 0, 0);
      for (const auto &[target_ms, stress] :
           {std::pair{0.001, 0U}, {0.001, 211U}, {1.0, 211U}, {50.0, 499U}}) {
        const Found found = run(program.name, target_ms, stress);
        cycles += found.cycles;
        if (found.sum != plain.sum || plain.decisions != 0) {
          std::printf("%s with a target of %g ms and stress %u\n",
                      std::string(program.name).c_str(), target_ms, stress);
        }
      }
    }
  } catch (const std::exception &error) {
    std::printf("found: %s\n", error.what());
    return 1;
  }
  std::puts(cycles > 20 ? "ok" : "hardly a cycle came to its end");
}
