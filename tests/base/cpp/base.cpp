// base is plain arithmetic: alignment against a naive search, random numbers by their definition.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"

using namespace vmperf;

namespace {

void require(bool condition, const char *what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
  }
}

static_assert(is_power_of_two(1) && is_power_of_two(kCacheLineBytes) && !is_power_of_two(0));
static_assert(!is_power_of_two(3) && is_power_of_two(std::size_t{1} << 63U));
static_assert(mix64(0) == 0 && mix64(1) != mix64(2));

void alignment() {
  for (std::size_t alignment = 1; alignment <= 64; alignment *= 2) {
    for (std::size_t value = 0; value < 300; ++value) {
      std::size_t least = value;
      while (least % alignment != 0) {
        ++least;
      }
      require(align_up(value, alignment) == least, "the least multiple not below");
    }
  }
}

void positions_are_pure() {
  CounterRng a(9, 3);
  const CounterRng b(9, 3);
  for (std::uint64_t i = 0; i < 100; ++i) {
    require(a.next() == b.at(i), "next() walks over at()");
  }
  require(CounterRng(9, 3).at(5) != CounterRng(9, 4).at(5), "streams differ");
  require(CounterRng(9, 3).at(5) != CounterRng(8, 3).at(5), "seeds differ");
}

// Chi-squared with 15 degrees of freedom: above 45 with probability under 1e-4, and the seed is
// fixed.
void below_is_uniform() {
  CounterRng random(1);
  constexpr int kDraws = 160'000;
  std::array<int, 16> counts{};
  for (int i = 0; i < kDraws; ++i) {
    ++counts.at(random.below(16));
  }
  double chi = 0;
  for (const int count : counts) {
    const double apart = count - kDraws / 16.0;
    chi += apart * apart / (kDraws / 16.0);
  }
  require(chi < 45, "below(16) is uniform");
  require(random.below(1) == 0, "below(1)");
  for (int i = 0; i < 1000; ++i) {
    require(random.below((std::uint64_t{1} << 40U) + 1) <= std::uint64_t{1} << 40U, "large bounds");
  }
}

void uniform_is_in_range() {
  CounterRng random(2);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double value = random.uniform();
    require(value >= 0 && value < 1, "in [0, 1)");
    sum += value;
  }
  // The mean's standard deviation is 0.00091; five of them.
  require(sum / 100'000 > 0.4954 && sum / 100'000 < 0.5046, "mean of a half");
}

// Flipping one bit of the position flips about half of the bits of the value.
void bits_avalanche() {
  const CounterRng random(3);
  int flipped = 0;
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (std::uint64_t i = 0; i < 64; ++i) {
      const std::uint64_t changed = random.at(i) ^ random.at(i ^ (std::uint64_t{1} << bit));
      flipped += __builtin_popcountll(changed);
    }
  }
  const double share = flipped / (64.0 * 64 * 64);
  require(share > 0.49 && share < 0.51, "half of the bits");
}

void errors_carry_their_fields() {
  const InvalidArgumentError invalid("n", "-1", "0 or more");
  require(std::string(invalid.what()) == "n is -1; allowed: 0 or more", "message");
  require(invalid.argument == "n" && invalid.value == "-1", "fields");
  const CapacityError capacity("arena", 10, 5);
  require(std::string(capacity.what()) == "arena: 10 bytes asked for, limit 5", "capacity");
  const TraceFormatError trace("a.vmt", 12, "truncated");
  require(std::string(trace.what()) == "a.vmt at byte 12: truncated", "trace");
  const OsError failed("mmap", 12, "no memory");
  require(failed.code == 12 && failed.call == "mmap", "call");
  try {
    throw MeasurementError("too_noisy", "interval of 60 %");
  } catch (const VmperfError &error) {
    require(std::string(error.what()) == "too_noisy: interval of 60 %", "one root");
  }
}

} // namespace

int main() {
  alignment();
  positions_are_pure();
  below_is_uniform();
  uniform_is_in_range();
  bits_avalanche();
  errors_carry_their_fields();
  return 0;
}
