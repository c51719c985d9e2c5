// The workloads over a face, compiled once, and how an allocator becomes a design of them.
#include "vmperf/alloc/api.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "vmperf/alloc/api/latency_workload.hpp"
#include "vmperf/alloc/api/pair_workloads.hpp"
#include "vmperf/alloc/api/pattern_workload.hpp"
#include "vmperf/alloc/api/replay_workload.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {

void fail_allocation(std::size_t size) {
  throw VmperfError("malloc(" + std::to_string(size) + ") returned null");
}

bench::Availability face_availability(const std::string &name) {
  const FoundFace found = find_face(name);
  if (!found.reason.empty()) {
    return {.status = bench::Status::not_installed, .reason = found.reason, .version = ""};
  }
  return {.status = bench::Status::ok, .reason = "", .version = found.face.version};
}

bench::WorkloadPtr make_pair_workload(const std::string &id, const Face &face,
                                      const bench::Params &params) {
  const Setup setup = Setup::from(params);
  const FaceCalls calls(face);
  if (id == "alloc/small") {
    return std::make_unique<SmallWorkload<FaceCalls>>(face, calls, setup);
  }
  if (id == "alloc/cycle" || id == "alloc/large") {
    return std::make_unique<CycleWorkload<FaceCalls>>(face, calls, setup);
  }
  if (id == "alloc/zeroed") {
    if (face.calloc == nullptr) {
      throw UnsupportedError(face.name + " has no calloc");
    }
    return std::make_unique<ZeroedWorkload<FaceCalls>>(face, calls, setup);
  }
  if (id == "alloc/throughput") {
    return std::make_unique<BatchWorkload<FaceCalls>>(face, calls, setup);
  }
  if (id == "alloc/pattern") {
    return std::make_unique<PatternWorkload<FaceCalls>>(face, calls, setup);
  }
  const auto call =
      params.get_choice<Call>("call", {{"malloc", Call::malloc}, {"free", Call::free}});
  return std::make_unique<LatencyWorkload<FaceCalls>>(face, calls, setup, call);
}

bench::Design &add_alloc_design(bench::Registry &registry, const FaceSource &source) {
  add_face(source);
  bench::Design &design = registry.design("alloc", source.name, source.summary);
  design.available([name = source.name] { return face_availability(name); });
  if (source.peer) {
    design.peer();
  }
  if (source.null) {
    design.limit().null();
  }
  for (const char *id : {"alloc/small", "alloc/cycle", "alloc/large", "alloc/zeroed",
                         "alloc/throughput", "alloc/pattern", "alloc/latency"}) {
    design.runs(id, [id, name = source.name](const bench::Params &params) {
      return make_pair_workload(id, open_face(name), params);
    });
  }
  for (const char *id : {"alloc/parallel", "alloc/parallel_cycle", "alloc/remote_free"}) {
    design.runs(id, [id, name = source.name](const bench::Params &params) {
      return make_shared_workload(id, open_face(name), params);
    });
  }
  design.runs("alloc/rss", [name = source.name](const bench::Params &params) {
    return make_rss_workload(open_face(name), params);
  });
  design.runs("alloc/replay", [name = source.name, allocates = !source.null](const auto &params) {
    return make_replay_workload(open_face(name), allocates, params);
  });
  if (!source.null && source.name != "naive") { // those are no libraries
    design.runs("alloc/program", [name = source.name](const bench::Params &params) {
      return make_program_workload(open_face(name), params);
    });
  }
  return design;
}

} // namespace vmperf::alloc
