#include "group.hpp"

#include <algorithm>
#include <exception>
#include <limits>

#include "vmperf/base/error.hpp"
#include "vmperf/os/memory_use.hpp"

namespace vmperf::bench {
namespace {

constexpr double kCalibrationBatchNs = 200'000;
constexpr double kLongestCalibrationNs = 20'000'000;
constexpr int kSlowBatches = 3;
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
  lane.collector = std::make_unique<Collector>(benchmark);
  if (benchmark.is_latency()) {
    lane.recorder = std::make_unique<LatencyRecorder>();
  }
  lane.refuse(found.status, found.reason);
  return lane;
}

void note_exception(Lane &lane) {
  try {
    throw;
  } catch (const InvalidArgumentError &e) {
    lane.refuse(Status::crashed, std::string("exception: ") + e.what());
    lane.refused_params = std::current_exception();
  } catch (const UnsupportedError &e) {
    lane.refuse(Status::unsupported, e.what());
  } catch (const std::exception &e) {
    lane.refuse(Status::crashed, std::string("exception: ") + e.what());
  }
}

void require_params(const std::vector<Lane> &lanes) {
  const Lane *first = nullptr;
  for (const Lane &lane : lanes) {
    if (lane.runs()) {
      return;
    }
    first = first == nullptr && lane.refused_params != nullptr ? &lane : first;
  }
  if (first != nullptr) {
    std::rethrow_exception(first->refused_params);
  }
}

void make_workload(Lane &lane, const Params &params) {
  lane.ledger = {.rss_before_bytes = os::resident_bytes()};
  lane.checksums.first = {};
  if (lane.recorder != nullptr) {
    lane.recorder->clear();
  }
  guarded(lane, [&lane, &params] {
    lane.workload = (*lane.maker)(params);
    lane.is_functor = lane.workload->max_copies() > 1;
  });
}

Batch timed_batch(Lane &lane, std::uint64_t n, std::size_t stack_shift_bytes) {
  Ledger &ledger = lane.ledger;
  const bool has_peak = os::reset_peak_resident();
  const std::int64_t faults = os::process_page_faults();
  const Batch batch = time_batch(*lane.workload, {n, 1, stack_shift_bytes, lane.recorder.get()});
  ledger.page_faults += os::process_page_faults() - faults;
  ledger.cpu_ns += batch.cpu_ns;
  ledger.wall_ns += batch.wall_ns;
  ledger.rss_peak_bytes =
      std::max(ledger.rss_peak_bytes, has_peak ? os::peak_resident_bytes() : os::resident_bytes());
  ledger.threads = std::max(ledger.threads, os::n_threads());
  Observed &seen = lane.observed;
  seen.cpu_ns += batch.cpu_ns;
  seen.wall_ns += batch.wall_ns;
  seen.waits += batch.waits;
  seen.last_bytes = os::resident_bytes();
  seen.second_bytes = ++seen.batches <= 2 ? seen.last_bytes : seen.second_bytes;
  note_checksum(lane, n, batch.checksum);
  lane.n_pieces += batch.n_pieces;
  ++lane.n_batches;
  return batch;
}

void report_sample(Lane &lane, std::size_t index) {
  if (lane.collector->wants_samples()) {
    guarded(lane, [&lane, index] {
      lane.collector->begin_sample(index);
      lane.workload->report(*lane.collector);
    });
  }
}

void note_memory(Lane &lane, std::uint32_t number) {
  Ledger &ledger = lane.ledger;
  ledger.rss_after_bytes = os::resident_bytes();
  const auto put = [&](std::string_view name, std::int64_t bytes) {
    lane.collector->built_in(name, number, static_cast<double>(bytes));
  };
  put("rss_before_bytes", ledger.rss_before_bytes);
  put("rss_peak_bytes", ledger.rss_peak_bytes);
  put("rss_after_bytes", ledger.rss_after_bytes);
}

void report_placement(Lane &lane, std::uint32_t number) {
  const Ledger &ledger = lane.ledger;
  guarded(lane, [&] {
    Collector &collector = *lane.collector;
    collector.begin_end(number);
    lane.workload->report(collector);
    if (lane.recorder != nullptr) {
      collector.latency(*lane.recorder);
    }
    collector.end_placement();
    collector.built_in("page_faults", number, static_cast<double>(ledger.page_faults));
    collector.built_in("threads", number, ledger.threads);
    const double wall_ns = static_cast<double>(std::max<std::int64_t>(ledger.wall_ns, 1));
    collector.built_in("cpu_ratio", number, static_cast<double>(ledger.cpu_ns) / wall_ns);
  });
}

void verify_and_drop(Lane &lane) {
  guarded(lane, [&lane] {
    if (const Verification proof = lane.workload->verify(); !proof.ok()) {
      lane.refuse(Status::unverified, proof.fault);
    }
  });
  const OwnState own(lane.own);
  lane.workload.reset();
}

void calibrate(Lane &lane, std::int64_t warm_up_ns) {
  std::uint64_t n = 1;
  int n_slow = 0;
  std::int64_t spent_ns = 0;
  double best = std::numeric_limits<double>::infinity();
  double best_wall = best;
  while (true) {
    const Batch batch = time_batch(*lane.workload, {n, 1, 0, lane.recorder.get()});
    spent_ns += batch.wall_ns;
    if (time_does_not_grow(n, batch.ns)) {
      lane.refuse(Status::optimised_away,
                  "time does not grow with n: 2^42 ops took " + std::to_string(batch.ns) + " ns");
      return;
    }
    // What is not timed counts too: a costly prepare() must not make the batch grow for ever.
    // Others on the CPU make a batch long once, not three times.
    n_slow = static_cast<double>(batch.wall_ns) >= kLongestCalibrationNs ? n_slow + 1 : 0;
    const bool long_enough =
        static_cast<double>(batch.ns) >= kCalibrationBatchNs || n_slow == kSlowBatches;
    if (long_enough) {
      const auto ops = static_cast<double>(n);
      best = std::min(best, static_cast<double>(batch.ns) / ops);
      best_wall = std::min(best_wall, static_cast<double>(batch.wall_ns) / ops);
    } else if (n_slow == 0) {
      n = std::min(Workload::kUnlimited, n * 2);
    }
    // One resolvable batch is needed whatever the warm-up; empty batches must not loop for ever.
    if (long_enough && (spent_ns >= warm_up_ns || batch.ns == 0)) {
      break;
    }
  }
  lane.ns_per_op = std::max(best, 1e-6);
  lane.wall_ns_per_op = std::max(best_wall, lane.ns_per_op);
}

void estimate_by(Lane &lane, std::int64_t first_ns) {
  lane.ns_per_op = static_cast<double>(std::max<std::int64_t>(first_ns, 1));
  lane.wall_ns_per_op = lane.ns_per_op;
}

} // namespace vmperf::bench
