// The workloads of several threads over a face, compiled once.
#include <memory>
#include <string>

#include "vmperf/alloc/api.hpp"
#include "vmperf/alloc/api/hand_over_workload.hpp"
#include "vmperf/alloc/api/parallel_workload.hpp"
#include "vmperf/alloc/api/server_workloads.hpp"

namespace vmperf::alloc {

SharedSetup SharedSetup::from(const bench::Params &params) {
  SharedSetup setup{.all = Setup::from(params)};
  setup.threads = static_cast<unsigned>(params.get_size("threads", 1, bench::Team::kMostMembers));
  if (params.has("shape")) {
    setup.shape = params.get_choice<Shape>("shape", {{"xmalloc", Shape::xmalloc},
                                                     {"ring", Shape::ring},
                                                     {"larson", Shape::larson},
                                                     {"cache_scratch", Shape::cache_scratch},
                                                     {"churn", Shape::churn}});
  }
  return setup;
}

bench::WorkloadPtr make_shared_workload(const std::string &id, const Face &face,
                                        const bench::Params &params) {
  SharedSetup setup = SharedSetup::from(params);
  const FaceCalls calls(face);
  if (id != "alloc/remote_free") {
    setup.all.batch = id == "alloc/parallel_cycle" ? 1 : setup.all.batch;
    return std::make_unique<ParallelWorkload<FaceCalls>>(face, calls, setup);
  }
  switch (setup.shape) {
  case Shape::larson:
    return std::make_unique<LarsonWorkload<FaceCalls>>(face, calls, setup);
  case Shape::cache_scratch:
    return std::make_unique<CacheScratchWorkload<FaceCalls>>(face, calls, setup);
  case Shape::churn:
    return std::make_unique<ChurnWorkload<FaceCalls>>(face, calls, setup);
  case Shape::xmalloc:
  case Shape::ring:
    break;
  }
  return std::make_unique<HandOverWorkload<FaceCalls>>(face, calls, setup);
}

} // namespace vmperf::alloc
