// A chain of dependent adds: time is steps over the core clock and nothing else. With 101 steps
// against 100 it is a true difference of 1 %.
#include <cstdint>
#include <memory>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/steps.hpp"

namespace vmperf::bench {
namespace {

template <std::uint64_t Steps> class AluChain final : public Workload {
public:
  // One flat loop: an inner one would be left by a mispredicted branch every op.
  std::uint64_t run(std::uint64_t n) override {
    const std::uint64_t addend = opaque(kAddend); // not an immediate, which cores fold at rename
    std::uint64_t x = x_;
    const std::uint64_t adds = n * Steps;
    for (std::uint64_t i = 0; i < adds; ++i) { // counted up, as the empty loop is
      x = opaque(x) + addend;
    }
    x_ = x;
    ops_ += n;
    return x;
  }
  [[nodiscard]] Verification verify() override {
    return x_ == ops_ * Steps * kAddend ? Verification::passed()
                                        : Verification::failed("the chain's sum is wrong");
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kUnlimited / Steps; }

private:
  static constexpr std::uint64_t kAddend = 0x9e3779b97f4a7c15U;
  std::uint64_t x_ = 0, ops_ = 0;
};

} // namespace

void declare_benches_alu_chain(Registry &registry) {
  registry.benchmark("bench/alu_chain")
      .summary("a chain of `steps` dependent adds: the core clock, no memory, no mispredictions")
      .op("one chain of `steps` adds, a core cycle each")
      .fooled_by("it moves with the core clock: a frequency step looks like a change of the code")
      .fooled_by("code layout matters only through the alignment of one short loop")
      .varies("the chain goes on from its last sum")
      .tag("noise")
      .tag("no_naive")
      .axis("steps", {1, 100, 101}, 100)
      .design("adds", "adds of a value the compiler cannot see", [](const Params &params) {
        return with_steps(params, []<std::uint64_t Steps>() -> WorkloadPtr {
          return std::make_unique<AluChain<Steps>>();
        });
      });
}

} // namespace vmperf::bench
