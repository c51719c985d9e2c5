// The verdict over the signs of known cases: honest kernels are believed, frauds are not, and each
// rule is reached by a case that no other rule refuses. The figures are of a core of 4 GHz whose
// empty loop has three instructions and takes one cycle; where they matter, of one with half.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "signs.hpp"

using namespace vmperf::bench;

namespace {

struct Case {
  const char *name;
  Signs signs;
  const char *refused_for; ///< part of the reason; "" = believed
};

Signs kernel(double instructions, double work, double cycles) {
  Signs s;
  s.core_ghz = 4;
  s.median_ns = cycles / 4;
  s.least_ns = s.median_ns * 0.99;
  s.high_ns = s.median_ns * 1.01;
  s.low_ns = s.least_ns;
  s.alike_ns = {s.low_ns, s.median_ns, s.high_ns};
  s.empty_ns = 0.25;
  s.empty_instructions = 3;
  s.instructions = instructions;
  s.work = work;
  s.fresh_instructions = instructions;
  s.small_ns = s.median_ns;
  s.growth = 2;
  return s;
}

template <class Change> Signs with(Signs signs, Change change) {
  change(signs);
  return signs;
}

// Where instructions are counted but not told apart.
Signs untold(Signs signs) {
  signs.work.reset();
  return signs;
}

Signs uncounted(Signs signs) {
  signs.instructions.reset();
  signs.work.reset();
  signs.fresh_instructions.reset();
  signs.copies_instructions = {};
  return signs;
}

Signs functor(Signs signs, double growth, double instructions) {
  signs.copies_ns = {signs.median_ns, signs.median_ns * (1 + (growth - 1) / 3),
                     signs.median_ns * growth};
  signs.copies_instructions = {3, 3 + instructions, 3 + 3 * instructions};
  return signs;
}

std::vector<Case> honest() {
  return {
      {"counted-down chase in L1, 3 instructions", kernel(3, 1, 4.8), ""},
      {"counted-down chase in memory", kernel(3, 1, 770), ""},
      {"the same, not told apart", untold(kernel(3, 1, 4.8)), ""},
      {"add chain unrolled by four", kernel(1.5, 1, 1), ""},
      {"the same, not told apart", untold(kernel(1.5, 1, 1)), ""},
      {"counted-down add chain of one cycle", kernel(3, 1, 1), ""},
      {"four independent adds a turn", kernel(1.75, 1, 0.4), ""},
      {"ops in blocks of four", untold(kernel(1.5, 1, 1.2)), ""},
      {"wide and fast", kernel(27.2, 25, 4), ""},
      {"rep movsb of 4 KiB",
       with(kernel(4100, 4098, 120),
            [](Signs &s) {
              s.repeats = 4095;
              s.fresh_instructions = 5;
            }),
       ""},
      {"a sleep", kernel(200, 150, 4e6), ""},
      {"a hand-off between two threads", uncounted(kernel(0, 0, 400)), ""},
      {"declared subcycle", with(kernel(0.5, 0.3, 0.15), [](Signs &s) { s.subcycle = true; }), ""},
      {"a hit of the predictor at small n",
       with(kernel(9, 7, 10), [](Signs &s) { s.small_ns /= 10; }), ""},
      {"random loads, copies overlap", functor(kernel(7, 5, 20), 1.1, 4), ""},
      {"random loads, not counted", uncounted(functor(kernel(7, 5, 20), 1.1, 0)), ""},
      {"first calls of a pool carve",
       with(kernel(12, 9, 6), [](Signs &s) { s.fresh_instructions = 40; }), ""},
      {"a first call that allocates, slow ops",
       with(kernel(20, 15, 50), [](Signs &s) { s.fresh_instructions = 380; }), ""},
      {"grows by more than twice", with(kernel(9, 7, 10), [](Signs &s) { s.growth = 2.6; }), ""},
      {"a chase that is cold at first", with(kernel(3, 1, 60), [](Signs &s) { s.small_ns = 118; }),
       ""},
      {"threads that meet at last",
       with(uncounted(kernel(0, 0, 400)), [](Signs &s) { s.small_ns = 2200; }), ""},
      {"a container that grows", with(kernel(17, 12, 1.5), [](Signs &s) { s.small_ns = 1; }), ""},
      {"another process",
       with(uncounted(kernel(0, 0, 0.3)), [](Signs &s) { s.counted_elsewhere = true; }), ""},
      {"memory that grows, new from the kernel",
       with(kernel(9, 7, 10),
            [](Signs &s) {
              s.growth = 4;
              s.grows_memory = grows_by_faults(4, 2e6, 400);
            }),
       ""},
      {"one placement of five disturbed",
       with(kernel(9, 7, 10), [](Signs &s) { s.high_ns = 2.5 * s.median_ns; }), ""},
      {"core clock not known", with(kernel(3, 1, 0.1), [](Signs &s) { s.core_ghz = 0; }), ""},
  };
}

std::vector<Case> frauds() {
  return {
      {"counted-up loop, emptied", kernel(3, 0, 1), "count the loop"},
      {"counted-down loop, emptied", kernel(2, 0, 1), "count the loop"},
      {"the same beside a busy neighbour",
       with(kernel(3, 0, 2.5), [](Signs &s) { s.empty_ns *= 2.5; }), "count the loop"},
      {"the same, disturbed now and then", with(kernel(3, 0, 1), [](Signs &s) { s.high_ns *= 10; }),
       "count the loop"},
      {"emptied, not told apart", untold(kernel(3, 0, 1)), "the empty loop has"},
      {"emptied on a core that takes two turns a cycle",
       with(untold(kernel(3, 0, 0.5)), [](Signs &s) { s.empty_ns /= 2; }), "the empty loop has"},
      {"emptied and declared subcycle", with(kernel(3, 0, 1), [](Signs &s) { s.subcycle = true; }),
       "count the loop"},
      {"emptied, unrolled by four, not told apart", untold(kernel(0.75, 0, 0.25)),
       "the empty loop has"},
      {"folded", kernel(0, 0, 0.0001), "grow with n"},
      {"vectorised, not declared", kernel(0.75, 0.5, 0.3), "subcycle(reason)"},
      {"not counted and too short", uncounted(kernel(0, 0, 0.6)), "could not be counted"},
      {"work in the child alone", kernel(404, 400, 0.018), "what was timed"},
      {"cheap at any n in this process, dear in the child",
       with(kernel(44, 40, 1.2), [](Signs &s) { s.small_ns = 0.4; }), "what was timed"},
      {"dear at small n alone", with(kernel(44, 40, 1.2), [](Signs &s) { s.small_ns = 9; }),
       "what was timed"},
      {"cached by n", kernel(44, 40, 1.2), "what was timed"},
      {"cached after the first call",
       with(kernel(4, 2, 1.2), [](Signs &s) { s.fresh_instructions = 44; }), "remembered"},
      {"the same with subcycle",
       with(kernel(4, 2, 1.2),
            [](Signs &s) {
              s.fresh_instructions = 44;
              s.subcycle = true;
            }),
       "remembered"},
      {"min(n, 1000)", with(kernel(9, 7, 10), [](Signs &s) { s.growth = 1.0; }), "times as long"},
      {"a counter that wraps", with(kernel(9, 7, 10), [](Signs &s) { s.growth = 0.1; }),
       "times as long"},
      {"a constant that hides the ops",
       with(kernel(9, 7, 10),
            [](Signs &s) {
              s.growth = 1.1;
              s.grows_late = true;
            }),
       "measure for longer"},
      {"a cost that grows too fast", with(kernel(9, 7, 10), [](Signs &s) { s.growth = 4; }),
       "times as long"},
      {"the same with a few page faults",
       with(kernel(9, 7, 10),
            [](Signs &s) {
              s.growth = 4;
              s.grows_memory = grows_by_faults(4, 2e6, 40);
            }),
       "times as long"},
      {"page faults do not excuse time that does not grow",
       with(kernel(9, 7, 10),
            [](Signs &s) {
              s.growth = 1;
              s.grows_memory = grows_by_faults(1, 0, 400);
            }),
       "a part of run(n)"},
      {"steps of the clock of half a batch",
       with(kernel(9, 7, 10),
            [](Signs &s) { s.alike_ns = {0.7 * s.median_ns, s.median_ns, 1.3 * s.median_ns}; }),
       "interval is"},
      {"placements that reach down to 0",
       with(kernel(9, 7, 10),
            [](Signs &s) {
              s.low_ns = 0.1 * s.median_ns;
              s.high_ns = 2.5 * s.median_ns;
            }),
       "interval is"},
      {"a cap with the loop kept", with(kernel(9, 7, 3), [](Signs &s) { s.small_ns = 20; }),
       "where n is small"},
      {"later instances are cheaper",
       with(uncounted(kernel(0, 0, 3)), [](Signs &s) { s.small_ns = 20; }), "a later instance"},
      {"a functor of nothing", functor(untold(kernel(5, 2, 1.4)), 1.0, 0), "further copy"},
      {"a functor of nothing, not counted", uncounted(functor(kernel(5, 2, 1), 1.0, 0)),
       "4 copies"},
  };
}

int check(const Case &one) {
  auto found = find_undone(one.signs);
  if (!found) {
    found = find_noise(one.signs);
  }
  if (!found) {
    found = find_ungrown(one.signs);
  }
  const std::string reason = found ? found->reason : "";
  const std::string wanted = one.refused_for;
  const bool right = wanted.empty() ? reason.empty() : reason.find(wanted) != std::string::npos;
  if (!right) {
    std::fprintf(stderr, "%s: '%s', wanted '%s'\n", one.name, reason.c_str(), one.refused_for);
  }
  return right ? 0 : 1;
}

} // namespace

int main() {
  int wrong = 0;
  for (const auto &cases : {honest(), frauds()}) {
    for (const Case &one : cases) {
      wrong += check(one);
    }
  }
  return wrong == 0 ? 0 : 1;
}
