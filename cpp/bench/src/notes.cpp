// Honest limits, said in the row: what a figure of time does not show by itself.
#include <algorithm>
#include <utility>

#include "group.hpp"
#include "text.hpp"

namespace vmperf::bench {
namespace {

constexpr double kBusyShare = 0.5;      // of wall time: below it an op that waits is noted
constexpr double kDisturbedShare = 0.5; // of the samples
constexpr std::int64_t kLeakBytes = std::int64_t{256} * 1024;
constexpr std::uint64_t kLeastBatches = 3; // of a placement, for its memory to show a trend

void note_waits(const Lane &lane, Evidence &evidence) {
  const Observed &seen = lane.observed;
  const double share = static_cast<double>(seen.cpu_ns) /
                       static_cast<double>(std::max<std::int64_t>(seen.wall_ns, 1));
  // A neighbour on the CPU takes time away, too, but then the op does not give the CPU up itself.
  evidence.waits = share < kBusyShare && std::cmp_greater_equal(seen.waits, lane.n_batches) &&
                   lane.n_batches > 0;
  if (evidence.waits) {
    evidence.notes.push_back(
        text("waits: CPU time is %.1f %% of wall time; cycles per op say nothing", 100 * share));
  }
}

void note_leak(const Lane &lane, Evidence &evidence) {
  if (lane.observed.placements > 0 && lane.observed.least_grown_bytes >= kLeakBytes) {
    evidence.notes.push_back(text(
        "memory grows: resident memory is %.1f MiB more after the last batch of each placement "
        "than after its second",
        static_cast<double>(lane.observed.least_grown_bytes) / (1U << 20U)));
  }
}

void note_growth(const Lane &lane, Evidence &evidence) {
  if (lane.growth.by_faults) {
    evidence.notes.push_back(
        text("memory grows: 2n ops take %.2f times as long as n, in page faults of new memory",
             evidence.growth));
  }
}

void note_disturbed(const Lane &lane, Evidence &evidence) {
  const auto &flags = lane.result.samples.flags;
  const auto count = [&flags](std::uint32_t bit) {
    return static_cast<std::size_t>(
        std::ranges::count_if(flags, [bit](std::uint32_t one) { return (one & bit) != 0; }));
  };
  const std::size_t disturbed =
      flags.size() - static_cast<std::size_t>(std::ranges::count(flags, 0U));
  if (static_cast<double>(disturbed) > kDisturbedShare * static_cast<double>(flags.size())) {
    evidence.notes.push_back(
        text("disturbed: %zu of %zu samples (context switches %zu, page faults "
             "%zu, steal %zu)",
             disturbed, flags.size(), count(kFlagSwitch), count(kFlagFault), count(kFlagSteal)));
  }
}

void note_unsettled(const Lane &lane, Evidence &evidence) {
  if (!lane.settles && lane.result.samples.size() > 0) {
    evidence.notes.push_back(text("cold: no time for an untimed op before the first of %zu samples",
                                  lane.result.samples.size()));
  }
}

} // namespace

void observe_placement(Lane &lane) {
  Observed &seen = lane.observed;
  if (seen.batches >= kLeastBatches) {
    seen.least_grown_bytes = std::min(seen.least_grown_bytes, seen.last_bytes - seen.second_bytes);
    ++seen.placements;
  }
  seen.batches = 0;
}

void note_limits(Lane &lane) {
  Evidence &evidence = lane.result.evidence;
  note_waits(lane, evidence);
  note_leak(lane, evidence);
  note_growth(lane, evidence);
  note_disturbed(lane, evidence);
  note_unsettled(lane, evidence);
}

} // namespace vmperf::bench
