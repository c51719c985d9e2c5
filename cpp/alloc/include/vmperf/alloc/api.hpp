// The API "alloc": what an allocator must offer to be a design of the alloc benchmarks, and the one
// call that enters it. Every allocator comes as a Face, so that the loops are compiled once for all
// of them and pay the same two indirect calls. Used by benches, designs and peers only.
//
//   add_alloc_design(registry, {.name = "mine", .summary = "...", .open = open_mine});
#pragma once

#include <string>

#include "vmperf/alloc/face.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::alloc {

/// Enters a face (add_face) and a design of that name, which runs all benchmarks of the API.
bench::Design &add_alloc_design(bench::Registry &registry, const FaceSource &source);

/// Whether find_face() has it, as a design says it.
[[nodiscard]] bench::Availability face_availability(const std::string &name);

// The workloads over a face, by the benchmark's id. Each reads its axes from the parameters.
[[nodiscard]] bench::WorkloadPtr make_pair_workload(const std::string &id, const Face &face,
                                                    const bench::Params &params);
[[nodiscard]] bench::WorkloadPtr make_shared_workload(const std::string &id, const Face &face,
                                                      const bench::Params &params);
[[nodiscard]] bench::WorkloadPtr make_program_workload(const Face &face,
                                                       const bench::Params &params);
[[nodiscard]] bench::WorkloadPtr make_rss_workload(const Face &face, const bench::Params &params);

} // namespace vmperf::alloc
