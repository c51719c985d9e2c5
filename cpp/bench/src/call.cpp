#include "vmperf/bench/call.hpp"

#include <array>
#include <bit>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/child.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kMostProbes = 1024;
constexpr std::int64_t kProbeNs = 50'000'000;

template <std::size_t> using Integer = std::uint64_t;
template <std::size_t> using Real = double;

// One loop per pair of counts: the arguments are ready in memory, the address is opaque.
template <class R, std::size_t... I, std::size_t... D>
[[gnu::noinline]] std::uint64_t call_loop(const CCall &call, std::uint64_t n,
                                          std::index_sequence<I...> /*integers*/,
                                          std::index_sequence<D...> /*reals*/) {
  using Function = R(Integer<I>..., Real<D>...);
  auto *const function = opaque(reinterpret_cast<Function *>(call.address));
  [[maybe_unused]] const std::uint64_t *const integers = call.integers.data();
  [[maybe_unused]] const double *const reals = call.reals.data();
  R last{};
  for (std::uint64_t left = n; left != 0; --left) {
    last = function(integers[I]..., reals[D]...);
  }
  return std::bit_cast<std::uint64_t>(last);
}

using Loop = std::uint64_t(const CCall &, std::uint64_t);
constexpr std::size_t kRealCounts = kMostReals + 1;
constexpr std::size_t kCounts = (kMostIntegers + 1) * kRealCounts;

template <class R, std::size_t At> std::uint64_t entry(const CCall &call, std::uint64_t n) {
  return call_loop<R>(call, n, std::make_index_sequence<At / kRealCounts>{},
                      std::make_index_sequence<At % kRealCounts>{});
}

template <class R, std::size_t... At>
constexpr std::array<Loop *, kCounts> loops_of(std::index_sequence<At...> /*all*/) {
  return {entry<R, At>...};
}

template <class R> Loop *loop_for(const CCall &call) {
  static constexpr auto loops = loops_of<R>(std::make_index_sequence<kCounts>{});
  return loops[call.integers.size() * kRealCounts + call.reals.size()];
}

// The system's calls leave unused argument registers alone, so these take any arguments.
[[gnu::noinline]] std::uint64_t empty_integer() {
  asm volatile("");
  return 0;
}

[[gnu::noinline]] double empty_real() {
  asm volatile("");
  return 0;
}

class CallWorkload final : public Workload {
public:
  explicit CallWorkload(const CCall &call)
      : call_(call),
        loop_(call.returns_real ? loop_for<double>(call) : loop_for<std::uint64_t>(call)) {}

  std::uint64_t run(std::uint64_t n) override {
    done_ += n;
    return loop_(call_, n);
  }
  // What the function should return only its user knows; that it was called is the loop itself.
  [[nodiscard]] Verification verify() override {
    return done_ != 0 ? Verification::passed() : Verification::failed("it was never called");
  }

private:
  CCall call_;
  Loop *loop_;
  std::uint64_t done_ = 0;
};

void check(const CCall &call) {
  if (call.address == nullptr) {
    throw InvalidArgumentError("target", "a null pointer", "the address of a C function");
  }
  const auto refuse = [](const char *what, std::size_t n, std::size_t most) {
    throw InvalidArgumentError("args", std::to_string(n) + " " + what,
                               "at most " + std::to_string(most) + " of them");
  };
  if (call.integers.size() > kMostIntegers) {
    refuse("integers and pointers", call.integers.size(), kMostIntegers);
  }
  if (call.reals.size() > kMostReals) {
    refuse("floating-point numbers", call.reals.size(), kMostReals);
  }
}

} // namespace

WorkloadPtr make_call_workload(const CCall &call) {
  check(call);
  return std::make_unique<CallWorkload>(call);
}

CCall empty_like(const CCall &call) {
  CCall empty = call;
  empty.address = call.returns_real ? reinterpret_cast<void *>(&empty_real)
                                    : reinterpret_cast<void *>(&empty_integer);
  return empty;
}

std::vector<CaseResult> measure_call(const Maker &target, const Maker &empty,
                                     const Settings &settings) {
  Registry own;
  Benchmark &benchmark = own.benchmark("call/target").summary("a function of the user's");
  benchmark.op("one call");
  benchmark.design("target", "the function", target);
  benchmark.design("empty", "the same call of a function that does nothing", empty);
  return measure(own, benchmark, Params{}, {}, settings, nullptr);
}

void probe_call(const CCall &call, std::int64_t timeout_ns) {
  const WorkloadPtr workload = make_call_workload(call);
  const auto probe = [&workload] {
    const std::int64_t end = os::now_ns() + kProbeNs;
    for (std::uint64_t n = 1; n <= kMostProbes && os::now_ns() < end; n *= 2) {
      sink(workload->run(n));
    }
  };
  const os::ChildOutcome outcome = os::run_in_child(probe, timeout_ns);
  if (outcome.kind == os::ChildOutcome::Kind::timed_out) {
    throw MeasurementError("timed_out", "calls of the target did not end within " +
                                            std::to_string(timeout_ns / 1'000'000) + " ms");
  }
  if (!outcome.ok()) {
    throw MeasurementError("crashed",
                           "the target, called in a child process, was " + outcome.text());
  }
}

} // namespace vmperf::bench
