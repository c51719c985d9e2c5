// Pointer chase: one load depends on the one before, over a random cycle through all lines of a
// buffer: a single one, so that no short one keeps the walk in a corner of the buffer.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "vmperf/bench/generators.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/steps.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::bench {
namespace {

constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kMostKib = std::size_t{16} << 20U; // 16 GiB

struct alignas(kLineBytes) Line {
  Line *next;
};

template <std::uint64_t Steps> class Chase final : public Workload {
public:
  Chase(std::size_t size_kib, std::uint64_t seed)
      : memory_(size_kib * 1024), lines_(size_kib * 1024 / kLineBytes) {
    auto *first = reinterpret_cast<Line *>(memory_.data());
    const std::vector<std::uint32_t> next = make_cycle(lines_, seed);
    for (std::size_t i = 0; i < lines_; ++i) {
      new (first + i) Line{first + next[i]};
    }
    at_ = start_ = first;
  }

  std::uint64_t run(std::uint64_t n) override {
    Line *at = at_;
    const std::uint64_t loads = n * Steps;
    for (std::uint64_t i = 0; i < loads; ++i) { // counted up, as the empty loop is
      at = opaque(at)->next;
    }
    at_ = at;
    loads_ += n * Steps;
    return static_cast<std::uint64_t>(at - start_);
  }

  // The cycle goes through every line, and the walk stands where that many steps end.
  [[nodiscard]] Verification verify() override {
    const Line *at = start_;
    const Line *expected = nullptr;
    for (std::size_t i = 0; i < lines_; ++i) {
      expected = i == loads_ % lines_ ? at : expected;
      at = at->next;
      if (at == start_ && i + 1 != lines_) {
        return Verification::failed("the cycle does not go through all lines");
      }
    }
    if (at != start_) {
      return Verification::failed("the cycle does not close");
    }
    return at_ == expected ? Verification::passed()
                           : Verification::failed("fewer or more loads than asked for");
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kUnlimited / Steps; }

private:
  os::Mapping memory_;
  std::size_t lines_;
  Line *start_ = nullptr;
  Line *at_ = nullptr;
  std::uint64_t loads_ = 0;
};

WorkloadPtr make_chase(const Params &params) {
  const std::size_t size_kib = params.get_size("size_kib", 1, kMostKib);
  return with_steps(params, [&]<std::uint64_t Steps>() -> WorkloadPtr {
    return std::make_unique<Chase<Steps>>(size_kib, params.seed());
  });
}

} // namespace

void declare_benches_chase(Registry &registry) {
  registry.benchmark("bench/chase")
      .summary("pointer chase over a random cycle through all lines of a buffer")
      .op("`steps` loads, each dependent on the one before")
      .fooled_by("a random order that falls into short cycles stays in cache: this one is single")
      .fooled_by("above the reach of the TLB a step is a page walk as well as a cache miss")
      .fooled_by("which physical pages the buffer gets decides its conflicts in the outer caches")
      .varies("the walk goes on from where it stands")
      .tag("noise")
      .tag("no_naive")
      .axis("size_kib", {16, 6144, 65536}, 16)
      .axis("steps", {1, 100, 101}, 1)
      .design("pointers", "one pointer per line of 64 bytes", make_chase);
}

} // namespace vmperf::bench
