// What it takes to find a thread's part of a pool, in instructions, where a thread takes turns at
// many pools: no more of 512 than of 64. The machine code is counted by single steps, so no clock
// and no neighbour has a say.
#include <cstdio>
#include <memory>
#include <vector>

#include "vmperf/os/step_counter.hpp"
#include "vmperf/pool/shared_pool.hpp"

namespace {

using Pool = vmperf::pool::SharedPool<long>;

// One allocation and deallocation of each pool in turn, per pool.
double instructions_of_a_turn(std::size_t n_pools) {
  std::vector<std::unique_ptr<Pool>> pools;
  for (std::size_t i = 0; i < n_pools; ++i) {
    pools.push_back(std::make_unique<Pool>());
  }
  const auto turn = [&pools] {
    for (const auto &pool : pools) {
      pool->deallocate(pool->allocate());
    }
  };
  turn();
  const auto count =
      vmperf::os::count_steps(turn, {.max_steps = 400'000, .timeout_ns = 60'000'000'000}, [] {});
  if (count.outcome != vmperf::os::StepCount::Outcome::counted) {
    return 0;
  }
  return static_cast<double>(count.instructions) / static_cast<double>(n_pools);
}

} // namespace

int main() {
  const double few = instructions_of_a_turn(64);
  const double many = instructions_of_a_turn(512);
  if (few == 0 || many == 0) {
    std::puts("not counted");
    return 0;
  }
  std::printf("%.1f of 64, %.1f of 512\n", few, many);
  return many < 1.2 * few ? 0 : 1;
}
