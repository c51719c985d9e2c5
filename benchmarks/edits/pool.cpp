// A pool as a client uses it, built against the headers as they are and against edited ones.
// VMPERF_EXTRA adds a step or two to an op of about 1400 instructions, + 0.2 %: what only counting
// sees.
#include <cstdint>
#include <memory>

#include <vmperf/bench/plugin.hpp>
#include <vmperf/bench/sink.hpp>
#include <vmperf/pool/stack_pool.hpp>

namespace {

using namespace vmperf;

struct Item {
  std::byte bytes[64];
};

class Pairs final : public bench::Workload {
public:
  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t i = 0; i != n; ++i) {
      for (int inner = 0; inner != kInner; ++inner) {
        Item *item = pool_.allocate();
        bench::sink(item);
        pool_.deallocate(item);
      }
      ops_ += 1;
#if VMPERF_EXTRA
      extra_ = bench::opaque(extra_) + 1;
#endif
    }
    return ops_ + extra_;
  }
  [[nodiscard]] bench::Verification verify() override {
    return pool_.live() == 0 ? bench::Verification::passed()
                             : bench::Verification::failed("items are live");
  }

private:
  static constexpr int kInner = 200;
  pool::StackPool<Item> pool_ = pool::StackPool<Item>::with_capacity(1000);
  std::uint64_t ops_ = 0, extra_ = 0;
};

} // namespace

VMPERF_PLUGIN(registry) {
  registry.benchmark("edited/pool")
      .summary("allocate and deallocate an item of a pool that is a member")
      .op("200 allocations and deallocations")
      .design(
          "stack", "a stack of pointers to free slots",
          [](const bench::Params &) -> bench::WorkloadPtr { return std::make_unique<Pairs>(); });
}
