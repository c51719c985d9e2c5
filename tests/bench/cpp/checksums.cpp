// Batches of one n and their checksums: frauds whose answers change once they do not work any more,
// and honest kernels that repeat themselves, go on from what they left, or say nothing.
#include <algorithm>
#include <numeric>

#include "planted.hpp"

using namespace planted;

namespace {

constexpr std::uint64_t kStart = 1;
constexpr std::uint64_t kCallsThatWork = 3; // of a placement: its settling batch is the first

std::uint64_t anew(State &s, std::uint64_t n) {
  s.x = kStart;
  return works(s, n);
}

std::uint64_t works_at_first(State &s, std::uint64_t n) {
  return s.calls <= kCallsThatWork ? anew(s, n) : turns(s, n);
}

// What is to be sorted is sorted after the first batch; prepare() forgets to shuffle it.
std::uint64_t sorts_what_is_sorted(State &s, std::uint64_t n) {
  std::uint64_t moved = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t first = s.items.front();
    std::ranges::sort(s.items, std::greater<>());
    moved += first != s.items.front() ? 1U : 0U;
    sink(s.items.data());
  }
  return moved;
}

void declare_frauds(Planter &plant, std::uint64_t seed) {
  plant.add("works_at_first", works_at_first).repeatable();
  plant.add("counts_calls", [](State &s, std::uint64_t n) { return works(s, n), s.calls; })
      .repeatable();
  plant
      .declare("sorts_what_is_sorted",
               [seed](const Params &) -> WorkloadPtr {
                 auto made = std::make_unique<Kernel<decltype(&sorts_what_is_sorted)>>(
                     sorts_what_is_sorted, Workload::kUnlimited);
                 std::iota(made->state().items.begin(), made->state().items.end(), seed);
                 return made;
               })
      .repeatable();
  plant.declare("works_at_first_in_pieces", kernel(works_at_first, 64)).repeatable();
}

// Takes what prepare() made, so that each batch does the same.
class Refilled final : public Workload {
public:
  void prepare(std::uint64_t n) override { left_.assign(n, kStart); }
  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      work(left_.back());
      sum += left_.back();
      left_.pop_back();
    }
    return sum;
  }
  Verification verify() override { return Verification::passed(); }

private:
  std::vector<std::uint64_t> left_;
};

void declare_honest(Planter &plant) {
  plant.add("anew", anew).repeatable();
  plant.add("anew_and_said_to_vary", anew).varies("now and then");
  plant.add("goes_on", works).varies("the chain goes on from its last value");
  plant.declare("refilled", maker_of<Refilled>()).repeatable();
  plant.declare("anew_in_pieces", kernel(anew, 64)).repeatable();
  plant.declare("anew_op_by_op", kernel(anew)).latency().repeatable();
  plant.declare("functor", [](const Params &) {
    return make_functor_workload(
        [x = kStart](std::uint64_t) mutable {
          work(x);
          return x;
        },
        [](const auto &) { return Verification::passed(); });
  });
}

} // namespace

VMPERF_PLUGIN(registry) {
  Planter frauds(registry, "fraud");
  declare_frauds(frauds, 7);
  Planter honest(registry, "honest");
  declare_honest(honest);
  Planter silent(registry, "silent");
  silent.add("goes_on", works);
}
