// Schedule is pure arithmetic: which batch runs when, and how long.
#include "schedule.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>

using namespace vmperf::bench;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                 \
      std::exit(1);                                                                                \
    }                                                                                              \
  } while (false)

namespace {

Settings settings(Sampling sampling, int n_samples, std::uint64_t seed, std::uint64_t process) {
  return {0, 1'000'000'000, n_samples, sampling, 5, seed, process, false};
}

void orders_are_permutations_and_rotate() {
  const Schedule schedule(settings(Sampling::flat, 30, 7, 0), {1.0}, 1e4);
  const auto first = schedule.order(6, 0);
  CHECK(std::set<std::size_t>(first.begin(), first.end()).size() == 6);
  std::set<std::size_t> leaders;
  for (int round = 0; round < 6; ++round) {
    leaders.insert(schedule.order(6, round)[0]);
  }
  CHECK(leaders.size() == 6); // everyone leads once in six rounds
  CHECK(schedule.order(6, 6) == first);
}

void order_depends_on_seed_and_process_alone() {
  const Schedule a(settings(Sampling::flat, 30, 7, 0), {1.0}, 1e4);
  const Schedule b(settings(Sampling::flat, 30, 7, 0), {2.0}, 1e4);
  const Schedule c(settings(Sampling::flat, 30, 7, 1), {1.0}, 1e4);
  CHECK(a.order(12, 3) == b.order(12, 3));
  CHECK(a.order(12, 3) != c.order(12, 3));
}

void linear_sampling_fills_the_time() {
  const Schedule schedule(settings(Sampling::linear, 100, 0, 0), {2.0}, 1e4);
  CHECK(schedule.linear());
  double total = 0;
  for (int i = 0; i < 100; ++i) {
    total += 2.0 * static_cast<double>(schedule.iterations(2.0, i));
  }
  CHECK(total > 0.95e9 && total < 1.05e9);
}

void large_work_gets_flat_sampling_and_twenty_samples() {
  const Schedule slow(settings(Sampling::linear, 100, 0, 0), {1.0, 1e6}, 1e4);
  CHECK(!slow.linear() && slow.n_samples() == 100);
  const Schedule huge(settings(Sampling::linear, 100, 0, 0), {2e7}, 1e4);
  CHECK(!huge.linear() && huge.n_samples() == 20 && huge.placement(19) == 4);
  CHECK(huge.iterations(2e7, 0) >= 1);
}

void batches_never_fall_below_the_timer() {
  Settings tiny = settings(Sampling::flat, 30, 0, 0);
  tiny.measurement_ns = 1;
  const Schedule schedule(tiny, {1.0}, 2e4);
  CHECK(schedule.batch_ns(1) >= 2e4);
  CHECK(schedule.iterations(1.0, 0) >= 20'000);
}

} // namespace

int main() {
  orders_are_permutations_and_rotate();
  order_depends_on_seed_and_process_alone();
  linear_sampling_fills_the_time();
  large_work_gets_flat_sampling_and_twenty_samples();
  batches_never_fall_below_the_timer();
}
