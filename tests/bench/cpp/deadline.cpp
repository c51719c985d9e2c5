// What fits into the time that is left is pure arithmetic.
#include "deadline.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

using namespace vmperf::bench;

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                 \
      std::exit(1);                                                                                \
    }                                                                                              \
  } while (false)

namespace {

constexpr double kMs = 1e6;
constexpr double kNever = std::numeric_limits<double>::infinity();
const Settings kQuick{100'000'000, 300'000'000, 30, Sampling::flat,
                      5,           0,           0,  false}; // 10 ms batches

double batch_ns(const Settings &settings) {
  return static_cast<double>(settings.measurement_ns) / settings.n_samples;
}

void without_a_limit_nothing_changes() {
  const Fit found = fit(kQuick, {1.0, 1e12}, 1e9, kNever);
  CHECK(found.settings.n_samples == 30 && found.settings.n_placements == 5);
  CHECK(found.settings.measurement_ns == kQuick.measurement_ns);
  CHECK(found.has[0] && found.has[1]);
}

void time_enough_changes_nothing() {
  const Fit found = fit(kQuick, {1.0, 50.0}, 0, 2 * 330 * kMs);
  CHECK(found.settings.n_samples == 30 && found.settings.n_placements == 5);
  CHECK(found.has[0] && found.has[1]);
}

void little_time_gives_fewer_batches_of_the_same_length() {
  const Fit found = fit(kQuick, {1.0, 50.0}, 0, 200 * kMs);
  CHECK(found.settings.n_samples >= 2 && found.settings.n_samples < 10);
  CHECK(std::abs(batch_ns(found.settings) - 10 * kMs) < 1);
  CHECK(found.settings.n_samples * 2 * 10 * kMs <= 200 * kMs);
  CHECK(found.has[0] && found.has[1]);
}

void placements_that_cost_much_are_fewer() {
  const Fit found = fit(kQuick, {1.0}, 100 * kMs, 400 * kMs);
  CHECK(found.settings.n_placements == 1);
  CHECK(found.settings.n_samples > 20);
}

void long_ops_leave_before_they_take_the_time_of_others() {
  const Fit found = fit(kQuick, {1.0, 300 * kMs, 2.0}, 0, 700 * kMs);
  CHECK(found.has[0] && !found.has[1] && found.has[2]);
  CHECK(found.settings.n_samples == 30);
}

void a_long_op_stays_where_two_samples_fit() {
  const Fit found = fit(kQuick, {300 * kMs}, 0, 1200 * kMs);
  CHECK(found.has[0]);
  CHECK(found.settings.n_samples == 3 && found.settings.n_placements == 1);
}

void settling_goes_before_the_last_op_does() {
  CHECK(fit(kQuick, {300 * kMs}, 0, 910 * kMs).settles);
  const Fit tight = fit(kQuick, {300 * kMs}, 0, 890 * kMs);
  CHECK(tight.has[0] && !tight.settles && tight.settings.n_samples == 2);
  const Fit others = fit(kQuick, {300 * kMs, 1.0}, 0, 500 * kMs);
  CHECK(!others.has[0] && others.has[1] && others.settles);
}

void nothing_left_still_means_two_rounds_of_short_ops() {
  const Fit found = fit(kQuick, {1.0, 2.0}, 0, -5 * kMs);
  CHECK(found.settings.n_samples == 2 && found.settings.n_placements == 1);
  CHECK(found.has[0] && found.has[1]);
  CHECK(found.settings.measurement_ns > 0);
}

void all_too_long() {
  const Fit found = fit(kQuick, {1e12, 1e12}, 0, 100 * kMs);
  CHECK(!found.has[0] && !found.has[1]);
}

void a_deadline_comes_or_does_not() {
  CHECK(!Deadline(0).is_set() && std::isinf(Deadline(0).left_ns()));
  const Deadline hour(3'600'000'000'000);
  CHECK(hour.is_set() && hour.left_ns() > 0 && hour.left_ns() <= 3.6e12);
  const Deadline at_once(1);
  while (at_once.left_ns() > 0) {
  }
  CHECK(at_once.left_ns() <= 0);
}

} // namespace

int main() {
  without_a_limit_nothing_changes();
  time_enough_changes_nothing();
  little_time_gives_fewer_batches_of_the_same_length();
  placements_that_cost_much_are_fewer();
  long_ops_leave_before_they_take_the_time_of_others();
  a_long_op_stays_where_two_samples_fit();
  settling_goes_before_the_last_op_does();
  nothing_left_still_means_two_rounds_of_short_ops();
  all_too_long();
  a_deadline_comes_or_does_not();
}
