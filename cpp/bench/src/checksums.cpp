// Checksums that should agree: of the first ops of designs that do the same work, and of batches of
// one n that one instance does. The second kind is asked throughout the measured phase, so that
// what worked at first and only answers later is seen by what it answers.
#include <algorithm>
#include <limits>
#include <string>

#include "group.hpp"
#include "text.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kChecksumOps = 64;
constexpr std::uint64_t kFirstOps = 3;
constexpr std::int64_t kQuickOpNs = 1'000'000;
constexpr std::int64_t kSlowOpNs = 100'000'000; // not to be repeated for this alone

std::string difference(const Checksums &seen) {
  return text("batches of %llu ops gave the checksum %llu, then %llu",
              static_cast<unsigned long long>(seen.before.n),
              static_cast<unsigned long long>(seen.before.checksum),
              static_cast<unsigned long long>(seen.after.checksum));
}

} // namespace

// The best of a few first ops says whether they are quick, not the first alone, which may meet
// others on the CPU: designs and runs must agree on how many ops a checksum is of.
void note_first_checksum(Lane &lane) {
  Workload &workload = *lane.workload;
  std::int64_t best_ns = std::numeric_limits<std::int64_t>::max();
  while (lane.first_ops < kFirstOps && (lane.first_ops == 0 || best_ns <= kSlowOpNs)) {
    const Batch one = time_batch(workload, {});
    best_ns = std::min(best_ns, one.ns);
    ++lane.first_ops;
    lane.result.checksum = one.checksum;
  }
  if (best_ns <= kQuickOpNs && workload.max_n() >= kChecksumOps) {
    const std::uint64_t more = kChecksumOps - lane.first_ops;
    workload.prepare(more);
    lane.first_ops += more;
    lane.result.checksum = workload.run(more);
  }
}

void compare_checksums(std::vector<Lane> &lanes) {
  const Lane *reference = nullptr;
  for (const Lane &lane : lanes) {
    if (lane.runs() && (reference == nullptr || lane.design->name() == "naive")) {
      reference = &lane;
    }
  }
  for (Lane &lane : lanes) {
    if (lane.runs() && lane.first_ops == reference->first_ops &&
        lane.result.checksum != reference->result.checksum) {
      lane.refuse(Status::unverified, "the checksum of the first ops is " +
                                          std::to_string(lane.result.checksum) + ", that of " +
                                          reference->design->name() + " is " +
                                          std::to_string(reference->result.checksum));
    }
  }
}

void note_checksum(Lane &lane, std::uint64_t n, std::uint64_t checksum) {
  Checksums &seen = lane.checksums;
  for (Checksums::One &first : seen.first) {
    if (first.n == 0) {
      first = {.n = n, .checksum = checksum};
      return;
    }
    if (first.n == n) {
      if (first.checksum != checksum && seen.before.n == 0) {
        seen.before = first;
        seen.after = {.n = n, .checksum = checksum};
      }
      return;
    }
  }
}

void settle(Lane &lane, std::uint64_t n) {
  lane.workload->prepare(n);
  const std::uint64_t checksum = lane.workload->run(n);
  sink(checksum);
  if (lane.recorder == nullptr) { // measured ones are stamped alone: theirs is the last op's
    note_checksum(lane, n, checksum);
  }
}

// Where every sample has an n of its own this is the only n that comes again; where samples have
// the n of the settling batch there is nothing to add.
void settle_again(Lane &lane) {
  const auto &[settled, sampled] = lane.checksums.first;
  if (sampled.n != 0 && lane.recorder == nullptr) {
    settle(lane, settled.n);
  }
}

void judge_checksums(Lane &lane, const Benchmark &benchmark) {
  const Checksums &seen = lane.checksums;
  if (seen.before.n == 0) {
    return;
  }
  if (benchmark.is_repeatable()) {
    lane.refuse(Status::unverified, difference(seen) + "; declared repeatable()");
  } else if (benchmark.varies().empty() && !lane.is_functor) {
    lane.result.evidence.notes.push_back(
        difference(seen) + ": declare varies(reason) where run() goes on from what it left");
  }
}

} // namespace vmperf::bench
