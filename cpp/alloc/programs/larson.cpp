// A server: each thread replaces random slots of its row; then the row goes to a new thread, and
// the old one ends, so that blocks are freed by a thread that did not make them.
#include "stamped.hpp"

namespace stress {
namespace {

constexpr std::size_t kSlots = 1000;
constexpr unsigned kRounds = 10;

using Row = std::vector<Block>;

std::size_t size_of(CounterRng &random) {
  return 8 + random.below(993);
}

} // namespace

Tally larson(const Setup &setup) {
  std::vector<Row> rows(setup.threads, Row(kSlots));
  const std::uint64_t swaps = setup.ops / (std::uint64_t{setup.threads} * kRounds) + 1;
  Tally all;
  for (unsigned round = 0; round < kRounds; ++round) {
    const std::uint64_t stream = std::uint64_t{round} * setup.threads;
    all += in_threads(setup.threads, setup.seed, stream, [&](Worker &worker, unsigned i) {
      Row &row = rows[(i + round) % setup.threads];
      for (std::uint64_t k = 0; k < swaps; ++k) {
        Block &slot = row[worker.random.below(kSlots)];
        if (slot) {
          worker.drop(slot);
        }
        slot = worker.make(size_of(worker.random));
      }
    });
  }
  Worker last(setup.seed, ~0ULL);
  for (Row &row : rows) {
    for (Block &slot : row) {
      if (slot) {
        last.drop(slot);
      }
    }
  }
  return all += last.tally;
}

} // namespace stress
