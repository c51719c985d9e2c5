// Kernels from lambdas `std::uint64_t run(State &, std::uint64_t n)`, for libraries of planted
// frauds and of honest work. One op of the frauds is work(): a chain of 40 cycles in 32
// instructions, which they leave out in one way or another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vmperf/bench/plugin.hpp>

namespace planted {

using namespace vmperf::bench;

struct State {
  State() {
    static int made = 0;
    instance = made++;
  }
  int instance = 0;                   ///< in order of making, from 0
  std::uint64_t x = 1;                ///< what the work changes
  std::uint64_t calls = 0, total = 0; ///< for the kernel's use
  std::uint64_t memo = 0, memo_n = 0; ///< likewise
  std::vector<std::uint64_t> items{std::vector<std::uint64_t>(500, 3)};
};

[[gnu::always_inline]] inline void work(std::uint64_t &x, unsigned rounds = 8) {
  for (unsigned round = 0; round < rounds; ++round) {
    x = opaque(x) * 0x9e3779b97f4a7c15U;
    x ^= x >> 29U;
  }
}

/// n ops as they should be.
[[gnu::noinline]] inline std::uint64_t works(State &state, std::uint64_t n) {
  std::uint64_t x = state.x;
  for (std::uint64_t i = 0; i < n; ++i) {
    work(x);
  }
  return state.x = x;
}

/// A loop that looks like work: an add a turn.
[[gnu::noinline]] inline std::uint64_t turns(State &state, std::uint64_t n) {
  std::uint64_t x = state.x;
  for (std::uint64_t i = 0; i < n; ++i) {
    x = opaque(x) + n;
  }
  return state.x = x;
}

template <class Run> class Kernel final : public Workload {
public:
  Kernel(Run loop, std::uint64_t most) : run_(std::move(loop)), max_n_(most) {}
  std::uint64_t run(std::uint64_t n) override {
    ++state_.calls;
    return run_(state_, n);
  }
  Verification verify() override { return Verification::passed(); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return max_n_; }
  State &state() noexcept { return state_; }

private:
  Run run_;
  std::uint64_t max_n_;
  State state_;
};

template <class Run> Maker kernel(Run run, std::uint64_t max_n = Workload::kUnlimited) {
  return [run, max_n](const Params &) { return std::make_unique<Kernel<Run>>(run, max_n); };
}

template <class W> Maker maker_of() {
  return [](const Params &) { return std::make_unique<W>(); };
}

/// Declares `component/name` with one design.
class Planter {
public:
  Planter(Registry &registry, std::string component)
      : registry_(registry), component_(std::move(component)) {}

  Benchmark &declare(const std::string &name, Maker maker) {
    return registry_.benchmark(component_ + "/" + name)
        .summary(name)
        .op("one op")
        .design("only", "the only one", std::move(maker));
  }
  template <class Run> Benchmark &add(const std::string &name, Run run) {
    return declare(name, kernel(run));
  }

private:
  Registry &registry_;
  std::string component_;
};

} // namespace planted
