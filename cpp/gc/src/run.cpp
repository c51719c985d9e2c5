#include "vmperf/gc/run.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::gc {
namespace {

const char *cause_text(Cause cause) {
  switch (cause) {
  case Cause::nursery_full:
  case Cause::heap_full:
    return "Allocation Failure";
  case Cause::pacer:
    return "Proactive";
  case Cause::stress:
    return "Stress";
  case Cause::last_resort:
    return "Last Ditch Collection";
  default:
    return "System.gc()";
  }
}

template <class... Args> std::string formatted(const char *format, Args... args) {
  std::array<char, 256> text{};
  const int n = std::snprintf(text.data(), text.size(), format, args...);
  return {text.data(), static_cast<std::size_t>(n)};
}

double micros(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-3;
}

void add_event(std::string &json, const char *name, std::int64_t start_ns, std::int64_t ns) {
  json += json.back() == '[' ? "" : ",\n";
  json += formatted(R"({"name": "%s", "cat": "gc", "ph": "X", "pid": 1, "tid": 1, )"
                    R"("ts": %.3f, "dur": %.3f})",
                    name, micros(start_ns), micros(ns));
}

// Phases lie one behind the other from the pause's begin: their order is known, gaps are not.
void add_phases(std::string &json, const Pause &pause, std::int64_t start_ns) {
  const std::array<std::pair<const char *, std::int64_t>, 6> phases{
      {{"time to safepoint", pause.ttsp_ns},
       {"roots", pause.roots_ns},
       {"remembered set", pause.remset_ns},
       {"copy", pause.copy_ns},
       {"mark", pause.mark_ns},
       {"sweep", pause.sweep_ns}}};
  for (const auto &[name, ns] : phases) {
    if (ns > 0) {
      add_event(json, name, start_ns, ns);
      start_ns += ns;
    }
  }
}

} // namespace

RunResult run_program(const RunSettings &settings) {
  const auto machine =
      make_machine(settings.space, settings.heap, settings.program, settings.demand);
  const std::size_t before = machine->pauses(0).size();
  const std::uint64_t collections = machine->figures().collections;
  RunResult result;
  result.begin_ns = os::now_ns();
  for (std::uint64_t i = 0; i < settings.steps; ++i) {
    result.checksum = result.checksum * 31 + machine->step();
  }
  result.end_ns = os::now_ns();
  result.objects = machine->objects();
  result.figures = machine->figures();
  result.figures.collections -= collections;
  result.pauses = machine->pauses(before);
  result.decisions = machine->decisions(before);
  if (const std::string fault = machine->fault(); !fault.empty()) {
    throw CorruptionError(settings.program + " on " + settings.space + ": " + fault);
  }
  return result;
}

std::string jvm_log(const RunResult &run) {
  std::string text;
  for (std::size_t i = 0; i < run.pauses.size(); ++i) {
    const Pause &pause = run.pauses[i];
    text += formatted("[%.3fs][info][gc] GC(%zu) Pause %s (%s) %lluK->%lluK(%lluK) %.3fms\n",
                      static_cast<double>(pause.start_ns + pause.ns - run.begin_ns) * 1e-9, i,
                      pause.kind == Kind::minor ? "Young" : "Full", cause_text(pause.cause),
                      static_cast<unsigned long long>(pause.live_before_bytes >> 10U),
                      static_cast<unsigned long long>(pause.live_after_bytes >> 10U),
                      static_cast<unsigned long long>(run.figures.heap_limit_bytes >> 10U),
                      static_cast<double>(pause.ns) * 1e-6);
  }
  return text;
}

std::string chrome_trace(const RunResult &run) {
  std::string json = R"({"displayTimeUnit": "ns", "traceEvents": [)";
  for (const Pause &pause : run.pauses) {
    const std::int64_t start = pause.start_ns - run.begin_ns;
    add_event(json, pause.kind == Kind::minor ? "minor pause" : "major pause", start, pause.ns);
    add_phases(json, pause, start);
  }
  return json + "]}\n";
}

} // namespace vmperf::gc
