#include "vmperf/trace/generate.hpp"

#include <cmath>
#include <queue>
#include <string>
#include <tuple>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/trace/builder.hpp"

namespace vmperf::trace {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40U;
constexpr std::uint64_t kMostAllocations = 1'000'000'000;

void check(const char *name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most) {
    throw InvalidArgumentError(name, std::to_string(value),
                               std::to_string(least) + " to " + std::to_string(most));
  }
}

void check_share(const char *name, double value) {
  if (std::isnan(value) || value < 0 || value > 1) {
    throw InvalidArgumentError(name, std::to_string(value), "0 to 1");
  }
}

void check(const GenerateOptions &options) {
  check("n_allocations", options.n_allocations, 1, kMostAllocations);
  check("least_bytes", options.least_bytes, 1, kMostBytes);
  check("most_bytes", options.most_bytes, options.least_bytes, kMostBytes);
  for (const std::uint64_t size : options.sizes) {
    check("sizes", size, 0, kMostBytes);
  }
  check("live", options.live, 1, kMostAllocations);
  check("threads", options.threads, 1, 65536);
  check_share("handed_over", options.handed_over);
  check_share("realloc", options.realloc);
  check("gap_ns", options.gap_ns, 0, 1'000'000'000);
}

class Generator {
public:
  explicit Generator(const GenerateOptions &options)
      : options_(options), sizes_(options.seed, 1), lives_(options.seed, 2),
        others_(options.seed, 3), builder_(trace_.header, trace_.ops) {}

  AllocationTrace run() {
    trace_.header.source = "generated";
    trace_.header.clock = "steps";
    for (std::uint64_t i = 0; i < options_.n_allocations; ++i) {
      while (!due_.empty() && std::get<0>(due_.top()) <= i) {
        free_next();
      }
      allocate(i);
    }
    while (!due_.empty()) {
      free_next();
    }
    trace_.n_slots = builder_.n_slots();
    trace_.n_threads = builder_.n_threads();
    return std::move(trace_);
  }

private:
  // When it is freed, then who comes first of the same moment, then the block and its thread.
  using Due = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint32_t>;

  [[nodiscard]] std::uint64_t tick() noexcept { return now_ns_ += options_.gap_ns; }

  void allocate(std::uint64_t i) {
    const auto thread = static_cast<std::uint32_t>(i % options_.threads);
    const std::uint64_t size = draw_size();
    builder_.allocate(Kind::malloc, tick(), thread, i, size);
    if (others_.uniform() < options_.realloc) {
      builder_.reallocate(tick(), thread, i, i, size + size / 2);
    }
    std::uint32_t freer = thread;
    if (const double share = others_.uniform();
        options_.threads > 1 && share < options_.handed_over) {
      freer = static_cast<std::uint32_t>((thread + 1 + others_.below(options_.threads - 1)) %
                                         options_.threads);
    }
    const bool stack = options_.lifetimes == Lifetimes::stack;
    due_.emplace(i + draw_life(i), stack ? options_.n_allocations - i : i, i, freer);
  }

  void free_next() {
    builder_.free(tick(), std::get<3>(due_.top()), std::get<2>(due_.top()));
    due_.pop();
  }

  std::uint64_t draw_size() noexcept {
    if (!options_.sizes.empty()) {
      return options_.sizes[sizes_.below(options_.sizes.size())];
    }
    const auto least = static_cast<double>(options_.least_bytes);
    const double span = std::log(static_cast<double>(options_.most_bytes + 1) / least);
    const auto size = static_cast<std::uint64_t>(least * std::exp(span * sizes_.uniform()));
    return size > options_.most_bytes ? options_.most_bytes : size;
  }

  // At least one: a block is freed before the next but one is allocated, never before itself.
  std::uint64_t draw_life(std::uint64_t i) noexcept {
    const auto mean = static_cast<double>(options_.live);
    double life = mean;
    switch (options_.lifetimes) {
    case Lifetimes::fixed:
      break;
    case Lifetimes::exponential:
      life = -mean * std::log1p(-lives_.uniform());
      break;
    case Lifetimes::bimodal: // 0.9 x 0.1 + 0.1 x 9.1 = 1
      life = -mean * (lives_.uniform() < 0.9 ? 0.1 : 9.1) * std::log1p(-lives_.uniform());
      break;
    case Lifetimes::stack:
      return 2 * options_.live - i % (2 * options_.live);
    }
    return 1 + static_cast<std::uint64_t>(life);
  }

  const GenerateOptions &options_;
  CounterRng sizes_;
  CounterRng lives_;
  CounterRng others_;
  AllocationTrace trace_;
  Builder builder_;
  std::uint64_t now_ns_ = 0;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

} // namespace

AllocationTrace generate(const GenerateOptions &options) {
  check(options);
  return Generator(options).run();
}

} // namespace vmperf::trace
