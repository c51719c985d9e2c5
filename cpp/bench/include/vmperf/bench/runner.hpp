// Measures all designs of one benchmark at one point of its axes: warm-up, calibration, evidence of
// work, then rounds in which every design and the empty loop get one batch each, in rotated order.
// Buffers are placed anew several times. One call holds all loops; it does not touch Python.
// A runner is one thread's; the Beacon lets another process watch it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vmperf/bench/beacon.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/samples.hpp"

namespace vmperf::bench {

enum class Sampling : std::uint8_t {
  flat,   ///< every sample has the same number of iterations
  linear, ///< sample i has i times the iterations of the first: the slope is well-conditioned
};

/// The longest time for the evidence of one design, where the caller sets none.
inline constexpr std::int64_t kMostEvidenceNs = 2'000'000'000;

struct Settings {
  std::int64_t warm_up_ns;     ///< per design, >= 0
  std::int64_t measurement_ns; ///< per design, > 0
  int n_samples;               ///< >= 2
  Sampling sampling;
  int n_placements;      ///< how often the buffers are placed anew, 1..n_samples
  std::uint64_t seed;    ///< decides order, placement and the data of makers
  std::uint64_t process; ///< number of this process: another order and placement
  bool count_instructions;
  std::int64_t evidence_ns = kMostEvidenceNs; ///< for a design, at most; 0 = that much as well
  std::int64_t deadline_ns = 0; ///< the call ends about then, with fewer samples; 0 = never
};

/// How we know that the work was done.
struct Evidence {
  std::optional<double> instr_per_op;       ///< marginal count by single-stepping
  std::string instr_status = "not reached"; ///< counted | not permitted | over budget | ...
  std::optional<double> empty_instr_per_op; ///< the empty loop's
  double empty_ns_per_op = 0;               ///< the empty loop in the same rounds, best batch
  double core_hz = 0;                       ///< cycles per second of the core, this process
  std::array<double, 3> copies_ns{};        ///< ns per iteration with 1, 2, 4 copies; 0 = none
  std::array<double, 3> copies_instr{};     ///< instructions likewise
  std::optional<double> work_per_op;        ///< of instr_per_op: not loop control, where told
  double repeats_per_op = 0;                ///< of instr_per_op: repetitions of `rep movs` and such
  std::optional<double> fresh_instr_per_op; ///< of an instance that has not run, without repeats
  double small_ns_per_op = 0;               ///< at the n that is counted; 0 = not resolved
  bool grows_late = false;                  ///< where growth is small: it is not with far more ops
  double growth = 0;                        ///< time of 2n ops over that of n; 0 = not taken
  bool waits = false;                       ///< gives the CPU up: cycles say nothing
  std::vector<std::string> notes;           ///< limits of the figures, in words
  std::vector<std::string> disturbs;        ///< what the design changed for the whole process
};

/// Something a workload reported that is more than a number. The bytes are little-endian:
///   distribution  stats::Histogram::to_bytes()
///   series        float64: the x of all points, then their y
///   table         UTF-8 JSON: {"rows": [[cell, ...], ...]}
///   sample        float64: a metric's value with each sample of the case, NaN = none
struct Detail {
  std::string kind, name;
  std::uint32_t placement = 0; ///< that it belongs to; 0 for kind `sample`
  std::vector<std::byte> data;
};

struct CaseResult {
  std::string design;
  Status status = Status::ok;
  std::string reason;
  std::string version; ///< of a peer
  Samples samples;
  Evidence evidence;
  std::uint64_t checksum = 0;
  /// Metric -> its value in each placement, NaN where it was not delivered.
  std::map<std::string, std::vector<double>, std::less<>> metrics;
  std::vector<Detail> details;
};

/// Measures the named designs (empty = all) at one point. Unknown names throw
/// InvalidArgumentError; whatever goes wrong with one design is that case's status.
[[nodiscard]] std::vector<CaseResult> measure(const Registry &registry, const Benchmark &benchmark,
                                              const Params &params,
                                              const std::vector<std::string> &designs,
                                              const Settings &settings, Beacon *beacon);

} // namespace vmperf::bench
