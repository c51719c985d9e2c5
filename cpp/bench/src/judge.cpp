#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "batch.hpp"
#include "evidence.hpp"
#include "group.hpp"
#include "signs.hpp"
#include "text.hpp"
#include "vmperf/stats/summary.hpp"

namespace vmperf::bench {
namespace {

constexpr double kTeam = 1.3;       // CPUs at work at once, from which on several threads are meant
constexpr double kTeamMargin = 1.5; // parts of a batch have fewer threads at work than others

stats::Summary summarize(const Samples &samples, std::span<const std::int64_t> cluster) {
  return stats::summarize(samples.ns_total, samples.iterations, cluster);
}

Signs signs_of(const Lane &lane, const Benchmark &benchmark, const stats::Summary &summary) {
  const Evidence &e = lane.result.evidence;
  Signs signs;
  signs.median_ns = summary.median;
  signs.low_ns = summary.low;
  signs.high_ns = summary.high;
  const Samples &samples = lane.result.samples;
  const auto alike = summarize(samples, std::vector<std::int64_t>(samples.size(), 0));
  signs.alike_ns = {alike.low, alike.median, alike.high};
  signs.least_ns = summary.min;
  signs.core_ghz = e.core_hz * 1e-9;
  signs.empty_ns = e.empty_ns_per_op;
  signs.instructions = e.instr_per_op;
  signs.empty_instructions = e.empty_instr_per_op;
  signs.work = e.work_per_op;
  signs.repeats = e.repeats_per_op;
  signs.fresh_instructions = e.fresh_instr_per_op;
  signs.small_ns = e.small_ns_per_op;
  const Observed &seen = lane.observed;
  const double cpus = static_cast<double>(seen.cpu_ns) /
                      static_cast<double>(std::max<std::int64_t>(seen.wall_ns, 1));
  if (cpus > kTeam) { // small n are the waking of threads
    signs.cpus = kTeamMargin * cpus;
    signs.small_ns = 0;
  }
  signs.growth = e.growth;
  signs.grows_late = e.grows_late;
  signs.grows_memory = lane.growth.by_faults;
  signs.copies_ns = e.copies_ns;
  signs.copies_instructions = e.copies_instr;
  signs.subcycle = !benchmark.subcycle().empty();
  signs.counted_elsewhere = e.instr_status == kCountedElsewhere;
  return signs;
}

void refuse(Lane &lane, const std::optional<Refusal> &found) {
  if (found) {
    lane.refuse(found->status, found->reason);
  }
}

// Pieces are stamped one by one: what counts is that a piece is longer than the counter's step. The
// median, since others on the CPU make some pieces long.
void judge_pieces(Lane &lane, double median_ns) {
  const auto &ops = lane.result.samples.iterations;
  const auto n_ops = static_cast<double>(std::accumulate(ops.begin(), ops.end(), std::int64_t{0}));
  const double piece_ns = median_ns * n_ops / static_cast<double>(lane.n_pieces);
  if (piece_ns < least_piece_ns()) {
    lane.refuse(Status::below_resolution,
                text("a run of max_n ops takes %.2f ns, the counter's step is %.2f ns", piece_ns,
                     least_piece_ns()));
  }
}

void judge_resolution(Lane &lane, double median_ns) {
  if (lane.recorder != nullptr) {
    return; // the null design shows what single stamps resolve
  }
  if (lane.n_pieces > lane.n_batches) {
    judge_pieces(lane, median_ns);
    return;
  }
  const auto &ns = lane.result.samples.ns_total;
  std::size_t short_ones = 0;
  for (const std::int64_t one : ns) {
    short_ones += static_cast<double>(one) < least_batch_ns() ? 1U : 0U;
  }
  if (2 * short_ones > ns.size()) {
    lane.refuse(Status::below_resolution,
                text("%.0f samples in 100 are shorter than 1000 timer steps (%.0f ns)",
                     100.0 * static_cast<double>(short_ones) / static_cast<double>(ns.size()),
                     least_batch_ns()));
  }
}

} // namespace

void judge(Lane &lane, const Benchmark &benchmark) {
  if (!lane.runs()) {
    return;
  }
  const Samples &samples = lane.result.samples;
  const std::vector<std::int64_t> placement(samples.placement.begin(), samples.placement.end());
  const stats::Summary summary = summarize(samples, placement);
  const Signs signs = signs_of(lane, benchmark, summary);
  if (lane.n_pieces > lane.n_batches) {
    judge_resolution(lane, summary.median); // pieces too short have no time to judge by
  }
  if (!lane.design->is_null()) {
    refuse(lane, find_undone(signs));
  }
  judge_resolution(lane, summary.median);
  refuse(lane, find_noise(signs));
  if (!lane.design->is_null()) {
    refuse(lane, find_ungrown(signs));
  }
}

} // namespace vmperf::bench
