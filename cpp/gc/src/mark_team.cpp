#include "mark_team.hpp"

#include <algorithm>

#include "heap_graph.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/gc/marker.hpp"

namespace vmperf::gc {

namespace {

MarkerOptions marker_options(const Options &options) {
  MarkerOptions marker{.workers = options.workers};
  if (options.verify || options.stress != 0) { // what is checked is what several workers do
    marker.bytes_per_worker = 0;
    marker.limit_to_cpus = false;
  }
  if (options.stress != 0) {
    marker.chunk = 64;
    marker.stack_limit = 16;
    marker.forced = true;
  }
  return marker;
}

} // namespace

struct MarkTeam::Workers {
  explicit Workers(const MarkerOptions &options) : marker(options) {}
  ParallelMarker<HeapGraph> marker;
};

MarkTeam::MarkTeam(const Options &options, Arena &arena, Blocks *blocks)
    : options_(options), arena_(arena), blocks_(blocks) {}

MarkTeam::~MarkTeam() = default;

bool MarkTeam::ready(std::uint64_t used_bytes) {
  if (options_.workers == 1) {
    return false;
  }
  expected_bytes_ = std::min(used_bytes, 2 * lived_bytes_);
  const MarkerOptions marker = marker_options(options_);
  if (marker.started(expected_bytes_) == 1) {
    return false;
  }
  try {
    if (workers_ == nullptr) {
      workers_ = std::make_unique<Workers>(marker);
    }
    workers_->marker.start(expected_bytes_);
  } catch (const OsError &) { // a collection goes on with what there is
    return false;
  }
  return true;
}

void MarkTeam::mark(const std::vector<Ref> &roots, bool arm, Pause &pause) {
  HeapGraph graph(arena_, blocks_, arm);
  const MarkStats stats = workers_->marker.mark(graph, roots, expected_bytes_);
  const MarkWorkerStats total = stats.total();
  pause.workers = static_cast<std::uint32_t>(stats.workers.size());
  pause.marked_objects += total.marked;
  pause.steals += total.stolen;
  pause.steal_attempts += total.attempts;
  pause.idle_ns += total.idle_ns;
}

} // namespace vmperf::gc
