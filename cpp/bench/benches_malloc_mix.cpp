// malloc and free of a mix of sizes over a ring of live blocks: the allocator this process has.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/steps.hpp"

namespace vmperf::bench {
namespace {

constexpr std::size_t kMostLive = std::size_t{1} << 24U;
constexpr std::size_t kDraws = 4096; // sizes are replayed after so many ops

// Mostly small, now and then large: each size twice as often as the next, up to 4 KiB.
std::size_t draw_size(CounterRng &rng) {
  std::size_t largest = 32;
  while (largest < 4096 && rng.below(2) == 1) {
    largest *= 2;
  }
  return largest / 2 + 1 + rng.below(largest / 2);
}

template <std::uint64_t Steps> class MallocMix final : public Workload {
public:
  MallocMix(std::size_t live, std::uint64_t seed) : ring_(live, nullptr), sizes_(kDraws) {
    CounterRng rng(seed);
    std::ranges::generate(sizes_, [&] { return draw_size(rng); });
    turn(live); // the ring is full before anything is timed
  }
  MallocMix(const MallocMix &) = delete;
  MallocMix &operator=(const MallocMix &) = delete;
  MallocMix(MallocMix &&) = delete;
  MallocMix &operator=(MallocMix &&) = delete;
  ~MallocMix() override {
    for (void *block : ring_) {
      std::free(block); // NOLINT: the subject
    }
  }

  std::uint64_t run(std::uint64_t n) override { return turn(n * Steps); }
  [[nodiscard]] std::uint64_t max_n() const noexcept override { return kUnlimited / Steps; }

  // Every live block carries the number of its op, and no two overlap.
  [[nodiscard]] Verification verify() override {
    std::vector<std::pair<const std::byte *, std::size_t>> blocks;
    blocks.reserve(ring_.size());
    for (std::size_t back = 1; back <= ring_.size(); ++back) {
      const std::uint64_t op = ops_ - back;
      const void *block = ring_[(place_ + ring_.size() - back) % ring_.size()];
      std::uint64_t stamp = 0;
      std::memcpy(&stamp, block, sizeof stamp);
      if (stamp != op) {
        return Verification::failed("a live block does not carry the stamp of its op");
      }
      blocks.emplace_back(static_cast<const std::byte *>(block), sizes_[op % kDraws]);
    }
    std::ranges::sort(blocks);
    const auto overlap = std::ranges::adjacent_find(blocks, [](const auto &low, const auto &high) {
      return low.first + low.second > high.first;
    });
    return overlap == blocks.end() ? Verification::passed()
                                   : Verification::failed("two live blocks overlap");
  }

private:
  std::uint64_t turn(std::uint64_t n) {
    std::size_t place = place_;
    std::uint64_t op = ops_;
    for (const std::uint64_t end = op + n; op != end; ++op) {
      std::free(ring_[place]);                        // NOLINT: the subject
      void *block = std::malloc(sizes_[op % kDraws]); // NOLINT: the subject
      ring_[place] = block;
      if (block == nullptr) [[unlikely]] {
        throw std::bad_alloc();
      }
      std::memcpy(block, &op, sizeof op);
      sink(block);
      place = place + 1 == ring_.size() ? 0 : place + 1;
    }
    place_ = place;
    ops_ = op;
    return op ^ sizes_[op % kDraws];
  }

  std::vector<void *> ring_;
  std::vector<std::size_t> sizes_;
  std::size_t place_ = 0;
  std::uint64_t ops_ = 0;
};

WorkloadPtr make_mix(const Params &params) {
  const std::size_t live = params.get_size("live", 1, kMostLive);
  return with_steps(params, [&]<std::uint64_t Steps>() -> WorkloadPtr {
    return std::make_unique<MallocMix<Steps>>(live, params.seed());
  });
}

} // namespace

void declare_benches_malloc_mix(Registry &registry) {
  registry.benchmark("bench/malloc_mix")
      .summary("free the oldest of `live` blocks, malloc one of a mix of sizes (17 bytes to 4 KiB, "
               "small ones mostly) and write its first word")
      .op("`steps` times one free and one malloc")
      .fooled_by("first in, first out: every block lives equally long, which programs don't do")
      .fooled_by(
          "the sizes are replayed after 4096 ops; thread caches and branch predictors like it")
      .fooled_by("one thread; a block is freed where it was allocated")
      .varies("addresses are in it, and ops are numbered")
      .tag("noise")
      .tag("no_naive")
      .axis("live", {64, 1024, 16384}, 1024)
      .axis("steps", {1, 100, 101}, 1)
      .design("libc", "malloc and free as this process has them", make_mix);
}

} // namespace vmperf::bench
