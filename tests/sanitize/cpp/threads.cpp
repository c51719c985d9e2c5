// What may run concurrently, under ThreadSanitizer: readers of the registry, runners of different
// benchmarks, and a watcher of the beacon's page while the runner writes it.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "all_benchmarks.hpp"
#include "vmperf/bench/runner.hpp"
#include "vmperf/os/shared_page.hpp"

using namespace vmperf;

namespace {

constexpr int kRounds = 200;

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

std::size_t read_registry(const bench::Registry &registry) {
  std::size_t letters = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const auto &one : registry.benchmarks()) {
      const bench::Benchmark &found = registry.find(one->id());
      letters += found.summary().size();
      for (const bench::Design *design : registry.designs_of(found)) {
        letters += design->availability().version.size() + design->summary().size();
      }
    }
  }
  return letters;
}

void measure(const bench::Registry &registry, const char *id, bench::Beacon *beacon) {
  const bench::Settings settings{100'000, 2'000'000, 4, bench::Sampling::flat, 2, 1, 0, false};
  const auto results = bench::measure(registry, registry.find(id), {}, {}, settings, beacon);
  require(!results.empty(), "a result per design");
}

void watch(const std::string &path, const std::atomic<bool> &done, std::uint64_t &steps) {
  const os::SharedPage mapping(path, sizeof(bench::Beacon::Page));
  const auto *page = static_cast<const bench::Beacon::Page *>(mapping.data());
  bool last = false;
  while (!last) {
    last = done.load(); // one look after the end, so that the last step is seen
    const std::uint64_t now = page->batches.load(std::memory_order_acquire);
    require(now >= steps, "steps only grow");
    require(page->phase.load() <= static_cast<std::uint32_t>(bench::Phase::verify), "a phase");
    steps = now;
  }
}

} // namespace

int main(int argc, char **argv) {
  require(argc == 2, "usage: threads BEACON_FILE");
  const bench::Registry &registry = all_benchmarks();

  std::size_t seen[2]{};
  std::thread first([&] { seen[0] = read_registry(registry); });
  std::thread second([&] { seen[1] = read_registry(registry); });
  first.join();
  second.join();
  require(seen[0] == seen[1] && seen[0] > 0, "both readers see the same registry");

  bench::Beacon beacon(argv[1]);
  std::atomic<bool> done{false};
  std::uint64_t steps = 0;
  std::thread watcher([&] { watch(argv[1], done, steps); });
  std::thread other([&] { measure(registry, "bench/selftest/three_adds", nullptr); });
  measure(registry, "bench/selftest/one_cycle", &beacon);
  other.join();
  done.store(true);
  watcher.join();
  std::printf("registry %zu steps %s\n", seen[0], steps > 0 ? "seen" : "none");
  return 0;
}
