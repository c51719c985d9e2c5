// Clocks, their rates, and what a read of each timer costs and resolves.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <limits>

#include "files.hpp"
#include "machine_sections.hpp"
#include "ticks.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/os/core_clock.hpp"
#include "vmperf/os/cpu.hpp"

namespace vmperf::os {
namespace {

Fact available_fact(const std::string &path) {
  const FileText file = read_text(path);
  return file.text ? Fact(list_of(split_words(*file.text))) : Fact(Unknown{file.reason});
}

Facts cost_and_step(double cost_ns, double step_ns) {
  return {{"cost_ns", cost_ns}, {"step_ns", step_ns}};
}

// Cost and step of reads whose difference times `unit_ns` is nanoseconds; the least of some passes,
// because a preempted pass says nothing of the timer.
template <class Read> Facts measure_timer(int n_reads, double unit_ns, Read read) {
  constexpr int kPasses = 5;
  double cost = std::numeric_limits<double>::max();
  auto step = std::numeric_limits<std::int64_t>::max();
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::int64_t begin = read();
    std::int64_t last = begin;
    for (int i = 0; i < n_reads; ++i) {
      const std::int64_t now = read();
      if (now > last) {
        step = std::min(step, now - last);
      }
      last = now;
    }
    cost = std::min(cost, static_cast<double>(last - begin) * unit_ns / n_reads);
  }
  return cost_and_step(cost, static_cast<double>(step) * unit_ns);
}

std::int64_t read_steady() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t read_thread_cpu() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

} // namespace

Facts clock_facts() {
  const std::string root = "/sys/devices/system/clocksource/clocksource0";
  const TickRate rate = tick_rate();
  return {
      {"clocksource", text_fact(root + "/current_clocksource")},
      {"clocksources", available_fact(root + "/available_clocksource")},
      {"tick_counter", kTickName},
      {"tick_hz", rate.hz},
      {"tick_hz_source", rate.source},
      {"tick_invariant", value_or(cpu().invariant_tick, "the CPU doesn't tell")},
      {"core_hz", core_hz()},
  };
}

Facts timer_facts() {
  constexpr int kReads = 2000;
  constexpr int kSlowReads = 300; // THREAD_CPUTIME_ID is a system call
  const TimerCost monotonic = timer_cost();
  const double tick_ns = 1e9 / tick_rate().hz;
  return {
      {"clock_gettime", cost_and_step(monotonic.cost_ns, monotonic.step_ns)},
      {"steady_clock", measure_timer(kReads, 1.0, read_steady)},
      {kTickName,
       measure_timer(kReads, tick_ns, [] { return static_cast<std::int64_t>(read_ticks()); })},
      {"thread_cputime", measure_timer(kSlowReads, 1.0, read_thread_cpu)},
  };
}

} // namespace vmperf::os
