// pool/cycle with inner steps: what a comparison sees of a difference of 1 % in a pool.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/steps.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace vmperf::pool {
namespace {

struct Item {
  std::array<std::byte, 64> bytes;
};

template <std::uint64_t Steps> class Cycles final : public bench::Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t left = n * Steps; left != 0; --left) {
      Item *item = pool_.allocate();
      bench::sink(item);
      last_ = item;
      pool_.deallocate(item);
    }
    cycles_ += n * Steps;
    return cycles_;
  }
  // The slot freed last is the one that comes next, and nothing is left live.
  [[nodiscard]] bench::Verification verify() override {
    if (pool_.live() != 0) {
      return bench::Verification::failed("items are live after as many frees as allocations");
    }
    Item *item = pool_.allocate();
    pool_.deallocate(item);
    return last_ == nullptr || item == last_
               ? bench::Verification::passed()
               : bench::Verification::failed("the pool does not hand out the slot freed last");
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kUnlimited / Steps; }

private:
  StackPool<Item> pool_ = StackPool<Item>::with_capacity(1000);
  Item *last_ = nullptr;
  std::uint64_t cycles_ = 0;
};

} // namespace

void declare_benches_steps(bench::Registry &registry) {
  registry.benchmark("pool/steps")
      .summary(
          "`steps` times allocate and deallocate one item of a warm pool that is a member of an "
          "object")
      .op("`steps` allocations and deallocations")
      .fooled_by("the same slot every time, as in pool/cycle")
      .varies("cycles are counted")
      .tag("noise")
      .tag("no_naive")
      .axis("steps", {1, 100, 101}, 1)
      .design("stack", "a stack of pointers to free slots", [](const bench::Params &params) {
        return bench::with_steps(params, []<std::uint64_t Steps>() -> bench::WorkloadPtr {
          return std::make_unique<Cycles<Steps>>();
        });
      });
}

} // namespace vmperf::pool
