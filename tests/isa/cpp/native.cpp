// What the portable C++ computes, printed: the same on every instruction set, and checked against
// naive models here. Timings are not printed; under an emulator they mean nothing.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <vector>

#include "all_benchmarks.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/runner.hpp"
#include "vmperf/os/pages.hpp"
#include "vmperf/pool/stack_pool.hpp"

using namespace vmperf;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

void rng() {
  CounterRng random(42, 7);
  std::uint64_t mixed = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    mixed = mix64(mixed ^ random.next());
    require(random.below(10) < 10, "below its bound");
  }
  std::printf("rng %016" PRIx64 "\n", mixed);
}

void pool_against_a_model() {
  pool::StackPool<std::uint64_t> pool;
  std::set<std::uint64_t *> live;
  std::vector<std::uint64_t *> order;
  CounterRng random(1);
  for (int step = 0; step < 20'000; ++step) {
    if (order.empty() || random.below(5) < 3) {
      std::uint64_t *slot = pool.allocate();
      require(reinterpret_cast<std::uintptr_t>(slot) % alignof(std::uint64_t) == 0, "aligned");
      require(live.insert(slot).second, "no slot twice");
      *slot = reinterpret_cast<std::uintptr_t>(slot);
      order.push_back(slot);
    } else {
      std::swap(order[random.below(order.size())], order.back());
      std::uint64_t *slot = order.back();
      require(*slot == reinterpret_cast<std::uintptr_t>(slot), "the content is kept");
      order.pop_back();
      live.erase(slot);
      pool.deallocate(slot);
    }
  }
  std::printf("pool %zu live\n", live.size());
  for (std::uint64_t *slot : order) {
    pool.deallocate(slot);
  }
}

// Each benchmark's workload does 1000 ops and proves them.
void workloads(const bench::Registry &registry) {
  for (const auto &one : registry.benchmarks()) {
    if (one->is_hidden()) {
      continue; // planted frauds and failures among them
    }
    if (!one->uncounted().empty()) {
      continue; // processes of their own, which an emulator of one program does not watch
    }
    bench::Params params;
    for (const bench::Axis &axis : one->axes()) {
      params.set(axis.name, axis.defaults.front());
    }
    for (const bench::Design *design : registry.designs_of(*one)) {
      if (design->availability().status != bench::Status::ok) {
        continue; // a peer that this machine lacks
      }
      bench::WorkloadPtr work;
      try {
        work = (*design->maker(one->id()))(params);
      } catch (const UnsupportedError &) {
        continue; // an access that this CPU lacks
      }
      work->prepare(1000);
      work->run(1000);
      const auto proof = work->verify();
      require(proof.ok(), (one->id() + " " + design->name() + ": " + proof.fault).c_str());
      std::printf("work %s %s\n", one->id().c_str(), design->name().c_str());
    }
  }
}

void harness(const bench::Registry &registry) {
  const bench::Settings settings{100'000, 2'000'000, 4, bench::Sampling::flat, 2, 1, 0, true};
  const auto results = bench::measure(registry, registry.find("bench/selftest/one_cycle"), {}, {},
                                      settings, nullptr);
  for (const auto &result : results) {
    require(result.status != bench::Status::crashed, "the harness runs");
    require(result.status != bench::Status::unverified, "the work is verified");
  }
  std::printf("harness %zu\n", results.size());
}

} // namespace

int main() {
  rng();
  pool_against_a_model();
  const bench::Registry &registry = all_benchmarks();
  workloads(registry);
  harness(registry);
  return 0;
}
