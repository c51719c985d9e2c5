// A service that creates and joins a pool of threads for each request. Each thread leaves what it
// made to the service, which frees it some requests later, from a thread of another request or from
// the main one: caches and arenas of threads that are gone hold memory if nobody takes them over.
#include "stamped.hpp"

namespace stress {
namespace {

constexpr std::size_t kBlocksOfThread = 500;
constexpr std::size_t kKept = 4; // requests whose answers are still held

using Answer = std::vector<Block>;

std::size_t answer_size(CounterRng &random) {
  const std::uint64_t kind = random.below(100);
  if (kind < 80) {
    return 16 + random.below(241);
  }
  return kind < 98 ? 256 + random.below(3841) : 65536;
}

} // namespace

Tally churn(const Setup &setup) {
  const std::uint64_t of_request = std::uint64_t{setup.threads} * kBlocksOfThread;
  const std::uint64_t requests = setup.ops / of_request + 1;
  std::vector<std::vector<Answer>> held(kKept, std::vector<Answer>(setup.threads));
  Worker service(setup.seed, ~0ULL);
  Tally all;
  for (std::uint64_t request = 0; request < requests; ++request) {
    std::vector<Answer> &answers = held[request % kKept];
    const std::uint64_t stream = request * setup.threads;
    all += in_threads(setup.threads, setup.seed, stream, [&](Worker &worker, unsigned i) {
      Answer &answer = answers[i];
      if (i % 2 == 0) { // the other half is freed by the service itself
        for (Block &block : answer) {
          worker.drop(block);
        }
        answer.clear();
      }
      Answer made(kBlocksOfThread);
      for (Block &block : made) {
        block = worker.make(answer_size(worker.random));
      }
      answer.insert(answer.end(), made.begin(), made.end());
    });
    for (unsigned i = 1; i < setup.threads; i += 2) {
      for (Block &block : held[(request + 1) % kKept][i]) {
        service.drop(block);
      }
      held[(request + 1) % kKept][i].clear();
    }
  }
  for (std::vector<Answer> &answers : held) {
    for (Answer &answer : answers) {
      for (Block &block : answer) {
        service.drop(block);
      }
    }
  }
  return all += service.tally;
}

} // namespace stress
