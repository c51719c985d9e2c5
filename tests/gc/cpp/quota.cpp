// The controller of a pause target, fed with samples of a collector that does not exist:
//   quota     prints "ok", or what was found
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "vmperf/base/rng.hpp"
#include "vmperf/gc/quota.hpp"

using namespace vmperf::gc;

namespace {

constexpr double kMs = 1e6;
constexpr std::uint64_t kMost = std::uint64_t{64} << 20U;

/// Minor collections that take `fixed` and so much a byte of the nursery; the mutator `speed`.
struct Plant {
  Quota quota;
  double byte_ns, fixed_ns = 0, mutator_byte_ns = 100;

  double collect(double disturbed = 1) {
    const auto nursery = static_cast<double>(quota.nursery_bytes());
    const double ns = (fixed_ns + byte_ns * nursery) * disturbed;
    quota.minor(static_cast<std::int64_t>(ns), quota.nursery_bytes(), quota.nursery_bytes() / 10,
                static_cast<std::int64_t>(mutator_byte_ns * nursery));
    return ns;
  }
};

Plant plant(double byte_ns) {
  return {Quota({.target_ns = static_cast<std::int64_t>(5 * kMs), .most_nursery_bytes = kMost}),
          byte_ns};
}

[[noreturn]] void wrong(const char *what, double value) {
  std::printf("%s: %g\n", what, value);
  std::exit(1);
}

/// Collections until the target holds, and holds on.
int until_held(Plant &p, int most) {
  int last_missed = 0;
  for (int i = 1; i <= most; ++i) {
    if (p.collect() > 5 * kMs) {
      last_missed = i;
    }
  }
  return last_missed + 1;
}

void step() {
  for (const double factor : {10.0, 3.0, 0.1, 0.3}) {
    Plant p = plant(0.5);
    for (int i = 0; i < 30; ++i) {
      p.collect();
    }
    p.byte_ns *= factor;
    if (const int n = until_held(p, 120); n > 8) {
      wrong("collections until a step is made good", n);
    }
    if (const double at = p.collect() / kMs; std::fabs(at - 2.5) > 0.1) {
      wrong("ms of a collection, not half the target", at);
    }
  }
}

/// Once the step is made good, no two sizes lie more than a tenth apart; it does not overshoot by
/// more either.
void swing() {
  Plant p = plant(0.5);
  for (int i = 0; i < 30; ++i) {
    p.collect();
  }
  p.byte_ns *= 10;
  const double goal = 2.5 * kMs / p.byte_ns;
  for (int i = 0; i < 60; ++i) {
    p.collect();
    const double size = static_cast<double>(p.quota.nursery_bytes());
    if (size < goal * 0.9) {
      wrong("nursery overshoots its goal, as a share of it", size / goal);
    }
    if (i > 8 && std::fabs(size / goal - 1) > 0.1) {
      wrong("nursery swings, as a share of its goal", size / goal);
    }
  }
}

/// Noise of a tenth is not made larger.
void noise() {
  Plant p = plant(1);
  vmperf::CounterRng rng(7);
  double least = 1e18;
  double most = 0;
  for (int i = 0; i < 300; ++i) {
    p.collect(0.9 + 0.2 * rng.uniform());
    const double size = static_cast<double>(p.quota.nursery_bytes());
    if (i > 20) {
      least = std::fmin(least, size);
      most = std::fmax(most, size);
    }
  }
  if (most / least > 1.25) {
    wrong("nursery sizes under noise of a tenth, largest by smallest", most / least);
  }
}

/// A hundred collections at a clamp leave nothing to be worked off.
void windup() {
  Plant low = plant(1e-4); // any nursery will do
  for (int i = 0; i < 100; ++i) {
    low.collect();
  }
  if (low.quota.nursery_bytes() != kMost || (low.quota.clamped() & kClampedNursery) == 0) {
    wrong("a nursery of any size will do, and it is",
          static_cast<double>(low.quota.nursery_bytes()));
  }
  low.byte_ns = 1; // 13 times too much at that size
  if (const int n = until_held(low, 40); n > 8) {
    wrong("collections from the upper clamp", n);
  }
  Plant high = plant(1e3);
  high.mutator_byte_ns = 1e4;
  for (int i = 0; i < 100; ++i) {
    high.collect();
  }
  if (high.quota.nursery_bytes() != 32768 || (high.quota.clamped() & kClampedNursery) == 0) {
    wrong("no nursery is small enough, and it is", static_cast<double>(high.quota.nursery_bytes()));
  }
  high.byte_ns = 1; // which is believed by and by
  for (int i = 0; i < 60; ++i) {
    high.collect();
  }
  const std::uint64_t once = high.quota.nursery_bytes();
  if (once <= 32768) {
    wrong("the lower clamp holds on", static_cast<double>(once));
  }
}

/// What a small nursery does not make cheaper does not drive it to nothing.
void fixed_cost() {
  Plant p = plant(0.01);
  p.fixed_ns = 20 * kMs;
  p.mutator_byte_ns = 1;
  for (int i = 0; i < 60; ++i) {
    p.collect();
  }
  const double share = (p.fixed_ns + 0.01 * static_cast<double>(p.quota.nursery_bytes())) /
                       static_cast<double>(p.quota.nursery_bytes());
  if (share > 2.5) {
    wrong("collections take so many times as long as the mutator", share);
  }
}

void slices() {
  Plant p = plant(0.05);
  for (int i = 0; i < 20; ++i) {
    p.collect();
  }
  Quota &quota = p.quota;
  for (int i = 0; i < 20; ++i) {
    quota.marked(1'000'000, 100'000); // 10 ns an item
  }
  const auto promoted = static_cast<double>(quota.nursery_bytes()) / 10;
  const auto space = [&](double collections) {
    return static_cast<std::uint64_t>(promoted * 4 / 3 * collections);
  };
  const std::int64_t window = 10'000'000;
  const double few = static_cast<double>(quota.slice(1'000'000, space(100), 4'000'000, 0, window));
  if (few < 100'000 || few > 260'000) { // the least is a twentieth of the target
    wrong("ns of a slice with 10 ms of work in 100 collections", few);
  }
  const double half = static_cast<double>(quota.slice(1'000'000, space(20), 4'000'000, 0, window));
  if (half < 500'000 || half > 800'000) {
    wrong("ns of a slice with 10 ms of work in 20 collections", half);
  }
  if (quota.slice(100'000'000, space(2), 4'000'000, 0, window) != 4'000'000 ||
      (quota.clamped() & kClampedDeadline) == 0) {
    wrong("a slice goes past its deadline", 0);
  }
  if (quota.nursery_bytes() > kMost / 2) {
    wrong("slices should come more often", static_cast<double>(quota.nursery_bytes()));
  }
  if (quota.slice(1'000'000, space(1000), 4'000'000, 4'200'000, window) != 0 ||
      (quota.clamped() & kClampedUtilisation) == 0) {
    wrong("a slice although half of the window is paused", 0);
  }
  if (quota.begin(1000, space(1000)) || !quota.begin(100'000'000, space(100))) {
    wrong("a cycle begins too early or too late", 0);
  }
}

void window() {
  PauseWindow paused(10);
  paused.add(0, 4);
  paused.add(8, 9);
  paused.add(9, 11);
  for (const auto &[now, sum] : {std::pair{11, 6}, {12, 5}, {14, 3}, {18, 3}, {20, 1}, {21, 0}}) {
    if (paused.paused(now) != sum) {
      wrong("paused within the window", static_cast<double>(paused.paused(now)));
    }
  }
  for (int i = 3; i < 3000; ++i) {
    paused.add(std::int64_t{i} * 10, std::int64_t{i} * 10 + 5);
    if (paused.paused(std::int64_t{i} * 10 + 5) != 5) {
      wrong("paused within a window of many", static_cast<double>(i));
    }
  }
}

} // namespace

int main() {
  step();
  swing();
  noise();
  windup();
  fixed_cost();
  slices();
  window();
  std::puts("ok");
}
