// The workload of alloc/replay. Memory is that of the first replay in the process, since later ones
// find what it left.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api_replay_step.hpp"
#include "vmperf/alloc/api/replay_workload.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/trace/generate.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::uint64_t kAllocations = 200'000;

trace::AllocationTrace generated(const bench::Params &params) {
  using trace::Lifetimes;
  trace::GenerateOptions options;
  options.n_allocations = kAllocations;
  options.least_bytes = 16;
  options.most_bytes = params.get_size("most_bytes", 16);
  options.live = params.get_size("live", 1, kAllocations);
  options.lifetimes =
      params.get_choice<Lifetimes>("lifetimes", {{"exponential", Lifetimes::exponential},
                                                 {"fixed", Lifetimes::fixed},
                                                 {"bimodal", Lifetimes::bimodal},
                                                 {"stack", Lifetimes::stack}});
  options.realloc = 0.05;
  options.seed = params.seed();
  return trace::generate(options);
}

class ReplayWorkload final : public bench::Workload {
public:
  ReplayWorkload(const Face &face, bool allocates, const bench::Params &params)
      : face_(face), allocates_(allocates), calls_(calls_of(face)),
        plan_(plan_replay(generated(params).ops, ReplayThreads::merge, ReplaySpeed::max)),
        blocks_(plan_.counts().n_slots, nullptr) {
    // By name and seed, as several of them may come to one process.
    static std::map<std::string, Replayed> first;
    const auto [found, is_new] = first.try_emplace(face.name + std::to_string(params.seed()));
    if (is_new) {
      found->second = replay(plan_, face_, {});
    }
    first_ = found->second;
  }
  ReplayWorkload(const ReplayWorkload &) = delete;
  ReplayWorkload &operator=(const ReplayWorkload &) = delete;
  ReplayWorkload(ReplayWorkload &&) = delete;
  ReplayWorkload &operator=(ReplayWorkload &&) = delete;
  ~ReplayWorkload() override { drop(); }

  std::uint64_t run(std::uint64_t n) override {
    const auto steps = plan_.threads().front().steps;
    for (std::uint64_t i = 0; i < n; ++i) {
      const ReplayStep &step = steps[at_];
      failed_ += do_step<ReplayTouch::pages>(calls_, step, blocks_[step.slot]);
      at_ = at_ + 1 == steps.size() ? 0 : at_ + 1; // all is freed at the end of the trace
    }
    return at_;
  }

  [[nodiscard]] bench::Verification verify() override {
    if (failed_ != 0) {
      return bench::Verification::failed(std::to_string(failed_) + " requests came back null");
    }
    return {allocates_ ? fault(check_replay(plan_, face_)) : ""};
  }

  void report(bench::Report &report) override {
    const auto live = static_cast<double>(plan_.counts().live_peak_bytes);
    report.metric("replay_peak_bytes", static_cast<double>(first_.peak_bytes));
    report.metric("replay_freed_bytes", static_cast<double>(first_.freed_bytes));
    report.metric("replay_purged_bytes", static_cast<double>(first_.purged_bytes));
    report.metric("peak_live_bytes", live);
    report.metric("fragmentation", static_cast<double>(first_.peak_bytes) / live);
  }

private:
  static std::string fault(const CheckedReplay &found) {
    if (found.ok()) {
      return {};
    }
    return std::to_string(found.corrupted) + " blocks corrupted, " +
           std::to_string(found.misaligned) + " misaligned, " + std::to_string(found.overlapping) +
           " overlapping, " + std::to_string(found.unzeroed) + " not zeroed, " +
           std::to_string(found.failed) + " null";
  }

  void drop() {
    for (void *&block : blocks_) {
      if (block != nullptr) {
        calls_.free(block);
      }
    }
  }

  Face face_;
  bool allocates_;
  ReplayCalls calls_;
  ReplayPlan plan_;
  std::vector<void *> blocks_;
  std::size_t at_ = 0;
  std::uint64_t failed_ = 0;
  Replayed first_;
};

} // namespace

bench::WorkloadPtr make_replay_workload(const Face &face, bool allocates,
                                        const bench::Params &params) {
  return std::make_unique<ReplayWorkload>(face, allocates, params);
}

} // namespace vmperf::alloc
