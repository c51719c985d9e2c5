#include "signs.hpp"

#include <algorithm>

#include "text.hpp"

namespace vmperf::bench {
namespace {

// Instructions; honest loops: at most 8.4, where a core takes eight ops a cycle, of which a compare
// and its branch are one.
constexpr double kMostPerCycle = 10;
constexpr double kLeastGrowth = 1.3;    // honest: 1.6 to 2.4
constexpr double kMostGrowth = 3;       //
constexpr double kMostFaultNs = 20'000; // a page new from the kernel, and a copy of as much into it
// Width of the median's interval over the median: with samples as independent, where it is steady,
// and over placements: there one that was disturbed among five widens it alone, and the row shows
// it; refused is what reaches down to 0.
constexpr double kMostSpread = 0.5;
constexpr double kMostSpreadOfPlacements = 2;
constexpr double kMostSmall = 5;      // time an op at small n over that at large n; honest: 1.4
constexpr double kQuickCycles = 8;    // an op that is not counted: above this it may well be done
constexpr double kMostFresh = 5;      // instructions of a first call over those of a later one
constexpr double kLeastCycles = 0.9;  // without subcycle()
constexpr double kLeastOfEmpty = 1.1; // recent cores take two turns of an empty loop in a cycle
constexpr double kNoWork = 0.01;      // instructions an op
constexpr double kProvedWork = 0.9;   // likewise: the op is there, whatever its time
constexpr double kIdleCycles = 3;     // no loop that only counts takes longer
constexpr double kSameRate = 0.9;     // of the empty loop's instructions a cycle
constexpr double kCountNoise = 1e-6;
constexpr double kLeastCopyGrowth = 1.3; // time of 4 copies over 1: 4 when honest, 1 when empty
constexpr double kLeastCopyInstructions = 0.5;
constexpr double kPlainCycles = 2; // of one copy: above this something happens in the op

Refusal undone(std::string reason) {
  return {Status::optimised_away, std::move(reason)};
}

double cycles(const Signs &s, double ns) {
  return ns * s.core_ghz;
}

// No loop that holds only its counter takes as long as this. Neighbours only add to its time, so
// the least of it is asked.
bool idle_in_time(const Signs &s) {
  return cycles(s, s.least_ns) < std::max(kIdleCycles, kIdleCycles * cycles(s, s.empty_ns));
}

// The rate at which the empty loop's instructions run; loops that were emptied run at it, however
// they are unrolled.
bool runs_as_empty(const Signs &s) {
  const double empty = s.empty_instructions.value_or(0);
  const double mine = s.instructions.value_or(0);
  return empty > 0 && s.empty_ns > 0 && mine <= empty + kCountNoise &&
         mine / s.least_ns >= kSameRate * empty / s.empty_ns;
}

std::optional<Refusal> empty_by_count(const Signs &s) {
  if (!s.instructions || !idle_in_time(s)) {
    return std::nullopt;
  }
  if (*s.instructions <= kCountNoise) {
    return undone("neither the instructions nor the time grow with n");
  }
  if (s.work && *s.work < kNoWork) {
    return undone(text("%.3f instructions per op, none of which does more than count the loop "
                       "(%.3f ns per op)",
                       *s.instructions, s.median_ns));
  }
  if (!s.work && runs_as_empty(s)) {
    return undone(text("%.3f instructions per op in %.3f ns; the empty loop has %.3f in %.3f ns",
                       *s.instructions, s.median_ns, s.empty_instructions.value_or(0), s.empty_ns));
  }
  return std::nullopt;
}

std::optional<Refusal> too_short(const Signs &s) {
  const bool proved = s.work && *s.work >= kProvedWork;
  if (s.subcycle || s.counted_elsewhere || proved || s.core_ghz <= 0) {
    return std::nullopt;
  }
  const double empty = cycles(s, s.empty_ns);
  const double least = empty > 0 ? std::min(kLeastCycles, kLeastOfEmpty * empty) : kLeastCycles;
  const double took = cycles(s, s.high_ns);
  if (took >= least) {
    return std::nullopt;
  }
  if (!s.instructions) {
    return undone(text("at most %.3f core cycles per op (least believable: %.2f), and instructions "
                       "could not be counted",
                       took, least));
  }
  return undone(text("at most %.3f core cycles and %.3f instructions per op (least believable: "
                     "%.2f cycles); declare subcycle(reason) where this is right",
                     took, *s.instructions, least));
}

// Work that is dearer at small n, such as a container's growth, is so in time, too: then the count
// fits the time at the n that was counted, and that is not far from the samples'.
bool dearer_at_small_n(const Signs &s) {
  const double small = cycles(s, s.small_ns);
  return small > 0 && s.instructions.value_or(0) - s.repeats <= kMostPerCycle * small &&
         s.small_ns <= kMostSmall * s.high_ns;
}

std::optional<Refusal> too_many_per_cycle(const Signs &s) {
  const double took = cycles(s, s.high_ns);
  if (!s.instructions || s.core_ghz <= 0) {
    return std::nullopt;
  }
  if (const double now = *s.instructions - s.repeats;
      now > kMostPerCycle * took * s.cpus && !dearer_at_small_n(s)) {
    return undone(text("%.1f instructions per op were counted, but an op took %.3f core cycles: "
                       "what was timed is not what was counted",
                       now, took));
  }
  const double fresh = s.fresh_instructions.value_or(0);
  if (fresh > kMostPerCycle * took * s.cpus && fresh > kMostFresh * (*s.instructions - s.repeats)) {
    return undone(text("the first call does %.1f instructions per op, later ones %.1f: work is "
                       "remembered; fill what is to be warm in the constructor",
                       fresh, *s.instructions - s.repeats));
  }
  return std::nullopt;
}

// Counts decide where they are, being exact; a functor's copies may overlap in time.
std::optional<Refusal> copies_cost_nothing(const Signs &s) {
  if (s.copies_ns[0] <= 0) {
    return std::nullopt;
  }
  const double growth = s.copies_ns[2] / s.copies_ns[0];
  const bool counted = s.copies_instructions[0] > 0 && s.copies_instructions[2] > 0;
  const double each = (s.copies_instructions[2] - s.copies_instructions[0]) / 3;
  if (growth >= kLeastCopyGrowth) {
    return std::nullopt;
  }
  if (counted && each < kLeastCopyInstructions) {
    return undone(text("a further copy of the op adds %.3f instructions, and 4 copies take %.2f "
                       "times as long as 1",
                       each, growth));
  }
  if (!counted && cycles(s, s.copies_ns[0]) < kPlainCycles) {
    return undone(text("4 copies of the op take %.2f times as long as 1 (least believable: %.1f)",
                       growth, kLeastCopyGrowth));
  }
  return std::nullopt;
}

} // namespace

bool grows(double growth) noexcept {
  return growth <= 0 || (growth >= kLeastGrowth && growth <= kMostGrowth);
}

bool grows_by_faults(double growth, double beyond_ns, std::int64_t faults) noexcept {
  return growth > kMostGrowth && beyond_ns <= kMostFaultNs * static_cast<double>(faults);
}

std::optional<Refusal> find_undone(const Signs &signs) {
  for (const auto &rule : {empty_by_count, too_many_per_cycle, too_short, copies_cost_nothing}) {
    if (auto found = rule(signs)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Refusal> find_noise(const Signs &signs) {
  const auto wide = [](double low, double high) {
    return Refusal{Status::too_noisy,
                   text("the median's interval is %.3f to %.3f ns per op", low, high)};
  };
  if (const auto &[low, median, high] = signs.alike_ns; high - low > kMostSpread * median) {
    return wide(low, high);
  }
  if (signs.high_ns - signs.low_ns > kMostSpreadOfPlacements * signs.median_ns) {
    return wide(signs.low_ns, signs.high_ns);
  }
  if (signs.growth > kMostGrowth && !signs.grows_memory) {
    return Refusal{Status::too_noisy,
                   text("2n ops take %.2f times as long as n (believable: %.1f to %.1f): others "
                        "disturb, or what an op takes depends on n",
                        signs.growth, kLeastGrowth, kMostGrowth)};
  }
  return std::nullopt;
}

std::optional<Refusal> find_ungrown(const Signs &signs) {
  const bool grown = grows(signs.growth) || signs.growth > kMostGrowth;
  if (!grown && signs.grows_late) {
    return Refusal{Status::below_resolution,
                   text("2n ops take %.2f times as long as n; far more ops take longer, or there "
                        "was no time for "
                        "them: what run() takes whatever n is hides the ops; measure for longer",
                        signs.growth)};
  }
  if (!grown) {
    return undone(text("2n ops take %.2f times as long as n (believable: %.1f to %.1f): a part of "
                       "run(n) does not depend on n, or n is not what is done",
                       signs.growth, kLeastGrowth, kMostGrowth));
  }
  // Memory that is not yet in a cache makes small n dear, too, but not large n quick.
  const double took = cycles(signs, signs.high_ns);
  const bool quick =
      signs.instructions ? *signs.instructions - signs.repeats > took : took < kQuickCycles;
  if (signs.small_ns > kMostSmall * signs.high_ns && quick) {
    return undone(
        text("an op takes %.3f ns where n is small, %.3f ns in the samples: large n, or a "
             "later instance, does less",
             signs.small_ns, signs.median_ns));
  }
  return std::nullopt;
}

} // namespace vmperf::bench
