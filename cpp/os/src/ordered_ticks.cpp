#include "vmperf/os/ordered_ticks.hpp"

#include <algorithm>
#include <array>

#include "ticks.hpp"

namespace vmperf::os {
namespace {

constexpr std::size_t kPairs = 4001;

OrderedCost measure() {
  std::array<std::uint64_t, kPairs> pairs{};
  std::uint64_t step = ~std::uint64_t{0};
  std::uint64_t last = ticks_before();
  for (std::uint64_t &pair : pairs) {
    const std::uint64_t begin = ticks_before();
    const std::uint64_t end = ticks_after();
    pair = end - begin;
    for (const std::uint64_t next : {begin, end}) {
      step = next > last ? std::min(step, next - last) : step;
      last = next;
    }
  }
  // Readings may all be multiples of a coarser step than one tick: differences of differences.
  std::ranges::sort(pairs);
  for (std::size_t i = 1; i < kPairs; ++i) {
    step = pairs[i] > pairs[i - 1] ? std::min(step, pairs[i] - pairs[i - 1]) : step;
  }
  return {.ns_per_tick = 1e9 / tick_rate().hz,
          .pair_ticks = static_cast<double>(pairs[kPairs / 2]),
          .step_ticks = static_cast<double>(step)};
}

} // namespace

OrderedCost ordered_cost() {
  static const OrderedCost cost = measure();
  return cost;
}

} // namespace vmperf::os
