#include "ticks.hpp"

#include <limits>

#include "vmperf/os/clock.hpp"
#include "vmperf/os/cpu.hpp"

namespace vmperf::os {
namespace {

struct Stamp {
  std::int64_t ns;
  std::uint64_t ticks;
};

// Ticks and clock at one moment: of many tries the one in which the clock reads lay closest.
Stamp tight_stamp() {
  Stamp best{};
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 200; ++i) {
    const std::int64_t before = now_ns();
    const std::uint64_t ticks = read_ticks();
    const std::int64_t after = now_ns();
    if (after - before < least) {
      least = after - before;
      best = {.ns = before + (after - before) / 2, .ticks = ticks};
    }
  }
  return best;
}

// Over 20 ms the ends' uncertainty of about 20 ns is 2 ppm.
double measure_tick_hz() {
  constexpr std::int64_t kSpanNs = 20'000'000;
  const Stamp first = tight_stamp();
  while (now_ns() - first.ns < kSpanNs) {
  }
  const Stamp last = tight_stamp();
  return static_cast<double>(last.ticks - first.ticks) * 1e9 /
         static_cast<double>(last.ns - first.ns);
}

} // namespace

TickRate tick_rate() {
  static const TickRate rate = [] {
    const Cpu &id = cpu();
    return id.tick_hz ? TickRate{.hz = *id.tick_hz, .source = id.tick_source.c_str()}
                      : TickRate{.hz = measure_tick_hz(), .source = "measured over 20 ms"};
  }();
  return rate;
}

} // namespace vmperf::os
