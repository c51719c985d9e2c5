#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "evidence.hpp"
#include "group.hpp"
#include "vmperf/stats/summary.hpp"

namespace vmperf::bench {
namespace {

constexpr double kLeastCycles = 0.9;
constexpr double kLeastOfEmpty = 1.1;    // recent cores take two turns of an empty loop in a cycle
constexpr double kLeastCopyGrowth = 1.3; // time of 4 copies over 1: 4 when honest, 1 when empty
constexpr double kLeastCopyInstructions = 0.5;
// Width of the median's interval over the median: with samples as independent, where it is steady,
// and with placements, where it varies by a third from run to run as their spread is that of a few.
constexpr double kMostSpread = 0.5;
constexpr double kMostSpreadOfPlacements = 1;
constexpr double kCountNoise = 1e-6;

std::string text(const char *format, double a, double b) {
  std::array<char, 160> out{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): formats are literals of this file
  const int n = std::snprintf(out.data(), out.size(), format, a, b);
  return {out.data(), static_cast<std::size_t>(n)};
}

void judge_count(Lane &lane, bool subcycle, double instructions) {
  const double empty = lane.result.evidence.empty_instr_per_op.value_or(0);
  if (instructions <= kCountNoise) {
    lane.refuse(Status::optimised_away, "the instruction count does not grow with n");
  } else if (!subcycle && instructions <= empty + kCountNoise) {
    lane.refuse(Status::optimised_away,
                text("%.3f instructions per op, the empty loop has %.3f", instructions, empty));
  }
}

void judge_time(Lane &lane, bool subcycle, const stats::Summary &summary) {
  const Evidence &e = lane.result.evidence;
  const double cycles = summary.high * e.core_hz * 1e-9;
  const double empty = e.empty_ns_per_op * e.core_hz * 1e-9;
  const double least = empty > 0 ? std::min(kLeastCycles, kLeastOfEmpty * empty) : kLeastCycles;
  if (!subcycle && cycles < least) {
    lane.refuse(Status::optimised_away,
                text("at most %.3f core cycles per op (least believable: %.2f), and instructions "
                     "could not be counted",
                     cycles, least));
  }
}

// Where counts exist they decide, being exact; times of copies decide alone only without them.
void judge_copies(Lane &lane) {
  const Evidence &e = lane.result.evidence;
  if (e.copies_ns[0] <= 0) {
    return;
  }
  const bool counted = e.copies_instr[0] > 0 && e.copies_instr[2] > 0;
  const double per_copy = (e.copies_instr[2] - e.copies_instr[0]) / 3;
  if (counted && per_copy < kLeastCopyInstructions) {
    lane.refuse(Status::optimised_away,
                text("a further copy of the op adds %.3f instructions (least believable: %.1f)",
                     per_copy, kLeastCopyInstructions));
  }
  const double growth = e.copies_ns[2] / e.copies_ns[0];
  if (growth < kLeastCopyGrowth) {
    lane.refuse(Status::optimised_away,
                text("4 copies of the op take %.2f times as long as 1 (least believable: %.1f)",
                     growth, kLeastCopyGrowth));
  }
}

// Pieces are stamped one by one: what counts is that a piece is longer than the counter's step.
void judge_pieces(Lane &lane) {
  const Samples &samples = lane.result.samples;
  const auto sum = [](const auto &values) {
    return static_cast<double>(std::accumulate(values.begin(), values.end(), std::int64_t{0}));
  };
  const double piece_ns = sum(samples.ns_total) / static_cast<double>(lane.n_pieces);
  if (piece_ns < least_piece_ns()) {
    lane.refuse(Status::below_resolution,
                text("a run of max_n ops takes %.2f ns, the counter's step is %.2f ns", piece_ns,
                     least_piece_ns()));
  }
}

void judge_resolution(Lane &lane) {
  if (lane.recorder != nullptr) {
    return; // the null design shows what single stamps resolve
  }
  if (lane.n_pieces > lane.n_batches) {
    judge_pieces(lane);
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

stats::Summary summarize(const Samples &samples, std::span<const std::int64_t> cluster) {
  return stats::summarize(samples.ns_total, samples.iterations, cluster);
}

void judge_noise(Lane &lane, const stats::Summary &by_placement) {
  const Samples &samples = lane.result.samples;
  const auto one = summarize(samples, std::vector<std::int64_t>(samples.size(), 0));
  for (const auto &[found, most] :
       {std::pair{one, kMostSpread}, std::pair{by_placement, kMostSpreadOfPlacements}}) {
    if (found.high - found.low > most * found.median) {
      lane.refuse(Status::too_noisy,
                  text("the median's interval is %.3f to %.3f ns per op", found.low, found.high));
    }
  }
}

} // namespace

void judge(Lane &lane, const Benchmark &benchmark) {
  if (!lane.runs()) {
    return;
  }
  const bool subcycle = !benchmark.subcycle().empty() || lane.design->is_null();
  const Samples &samples = lane.result.samples;
  const std::vector<std::int64_t> placement(samples.placement.begin(), samples.placement.end());
  const stats::Summary summary = summarize(samples, placement);
  if (const auto counted = lane.result.evidence.instr_per_op; counted) {
    judge_count(lane, subcycle, *counted);
  } else if (lane.result.evidence.instr_status != kCountedElsewhere) {
    judge_time(lane, subcycle, summary);
  }
  judge_copies(lane);
  judge_resolution(lane);
  judge_noise(lane, summary);
}

} // namespace vmperf::bench
