#include "group.hpp"

#include <algorithm>
#include <exception>
#include <limits>

#include "batch.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::bench {
namespace {

constexpr double kCalibrationBatchNs = 200'000;
constexpr std::uint64_t kFoldedN = std::uint64_t{1} << 42U; // hours of work, were it done

bool time_does_not_grow(std::uint64_t n, std::int64_t ns) {
  return n >= kFoldedN && static_cast<double>(ns) < kCalibrationBatchNs;
}

} // namespace

const Design &find_design(const std::vector<const Design *> &all, const std::string &name) {
  std::string names;
  for (const Design *design : all) {
    if (design->name() == name) {
      return *design;
    }
    names += (names.empty() ? "" : ", ") + design->name();
  }
  throw InvalidArgumentError("design", "'" + name + "'", names);
}

Lane make_lane(const Design &design, const Benchmark &benchmark, std::size_t index) {
  Lane lane;
  lane.design = &design;
  lane.maker = design.maker(benchmark.id());
  lane.number = static_cast<std::uint32_t>(index + 1);
  lane.result.design = design.name();
  const Availability found = design.availability();
  lane.result.version = found.version;
  lane.refuse(found.status, found.reason);
  return lane;
}

void note_exception(Lane &lane) {
  try {
    throw;
  } catch (const InvalidArgumentError &) {
    throw; // the caller's mistake, not the design's
  } catch (const UnsupportedError &e) {
    lane.refuse(Status::unsupported, e.what());
  } catch (const std::exception &e) {
    lane.refuse(Status::crashed, std::string("exception: ") + e.what());
  }
}

void make_workload(Lane &lane, const Params &params) {
  guarded(lane, [&lane, &params] { lane.workload = (*lane.maker)(params); });
}

void verify_and_drop(Lane &lane) {
  guarded(lane, [&lane] {
    if (const Verification proof = lane.workload->verify(); !proof.ok()) {
      lane.refuse(Status::unverified, proof.fault);
    }
  });
  lane.workload.reset();
}

void calibrate(Lane &lane, std::int64_t warm_up_ns) {
  std::uint64_t n = 1;
  std::int64_t spent_ns = 0;
  double best = std::numeric_limits<double>::infinity();
  const std::uint64_t max_n = lane.workload->max_n();
  while (true) {
    const Batch batch = time_batch(*lane.workload, {n, 1, 0});
    spent_ns += batch.ns;
    if (time_does_not_grow(n, batch.ns)) {
      lane.refuse(Status::optimised_away,
                  "time does not grow with n: 2^42 ops took " + std::to_string(batch.ns) + " ns");
      return;
    }
    const bool long_enough = static_cast<double>(batch.ns) >= kCalibrationBatchNs || n >= max_n;
    if (long_enough) {
      best = std::min(best, static_cast<double>(batch.ns) / static_cast<double>(n));
    } else {
      n = std::min(max_n, n * 2);
    }
    // One resolvable batch is needed whatever the warm-up; empty batches must not loop for ever.
    if (long_enough && (spent_ns >= warm_up_ns || batch.ns == 0)) {
      break;
    }
  }
  lane.ns_per_op = std::max(best, 1e-6);
}

} // namespace vmperf::bench
