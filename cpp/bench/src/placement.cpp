#include "placement.hpp"

#include "vmperf/base/rng.hpp"

namespace vmperf::bench {
namespace {

constexpr std::uint64_t kMaxBlocks = 16;
constexpr std::uint64_t kMaxSixteens = 256; // blocks of up to one 4 KiB page
constexpr std::uint64_t kMaxStackLines = 64;

} // namespace

Placement::Placement(std::uint64_t seed, std::uint64_t process, std::uint64_t number) {
  CounterRng rng(seed ^ mix64(process + 1), number);
  const std::uint64_t blocks = rng.below(kMaxBlocks);
  for (std::uint64_t i = 0; i < blocks; ++i) {
    // NOLINTNEXTLINE(modernize-avoid-c-arrays)
    padding_.push_back(std::make_unique<std::byte[]>(16 * (1 + rng.below(kMaxSixteens))));
  }
  stack_shift_bytes_ = 64 * rng.below(kMaxStackLines);
}

} // namespace vmperf::bench
