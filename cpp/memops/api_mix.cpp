// Ten size distributions of copies in production, and tables of operations drawn from them.
// Source: google/fleetbench (Apache-2.0), fleetbench/libc/distributions/Memcpy_Fleet.csv and
// Memcpy_0.csv to Memcpy_8.csv, July 2026: the shares of sizes up to 0, 8, 16, ... 4096. Sizes are
// uniform within a bin; what exceeds 4 KiB is drawn up to 8 KiB, so that it fits half of a first
// level cache. The one exception is mix 0, half of whose copies have 742 bytes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "benches.hpp"
#include "vmperf/memops/api/table.hpp"

namespace vmperf::memops {
namespace {

constexpr std::array<std::uint32_t, 12> kUpTo{0,   8,   16,   32,   64,   128,
                                              256, 512, 1024, 2048, 4096, 8192};

struct Mix {
  std::string_view name;
  std::array<double, 11> percent; // cumulative; the twelfth is 100
};

constexpr std::array<Mix, 10> kMixes{{
    {"fleet", {8.7, 47.7, 63.5, 78.3, 88.6, 93.6, 96.3, 97.6, 98.8, 99.4, 99.7}},
    {"mix_0", {3.0, 14.2, 26.5, 36.3, 40.7, 44.3, 46.1, 47.0, 98.0, 98.3, 99.8}},
    {"mix_1", {3.4, 16.3, 24.1, 54.0, 76.1, 88.5, 95.9, 97.9, 98.8, 99.0, 99.7}},
    {"mix_2", {3.8, 30.3, 48.7, 62.2, 80.8, 88.2, 92.9, 95.3, 98.0, 98.8, 100}},
    {"mix_3", {2.7, 64.9, 78.7, 89.4, 96.1, 97.9, 98.9, 99.5, 99.7, 99.9, 99.9}},
    {"mix_4", {1.1, 63.2, 76.1, 85.3, 91.0, 93.5, 94.9, 95.9, 98.1, 98.6, 99.7}},
    {"mix_5", {4.2, 41.5, 58.7, 79.5, 88.1, 92.1, 94.9, 98.4, 98.8, 99.4, 100}},
    {"mix_6", {2.2, 25.7, 39.4, 59.5, 77.1, 91.2, 97.6, 99.1, 99.5, 99.7, 99.9}},
    {"mix_7", {11.7, 41.6, 61.8, 72.9, 89.7, 95.6, 97.4, 98.4, 99.6, 99.8, 99.8}},
    {"mix_8", {3.0, 34.7, 57.9, 78.1, 88.9, 92.6, 94.6, 96.2, 97.4, 97.9, 99.9}},
}};

constexpr std::uint32_t kSpike = 742; // of mix 0
constexpr double kSpikePercent = 50;
constexpr std::size_t kSpikeMix = 1; // its index
constexpr std::size_t kSpikeBin = 8; // 513 to 1024

std::uint32_t draw_size(std::size_t mix, CounterRng &rng) {
  const auto &percent = kMixes[mix].percent;
  const double at = 100 * rng.uniform();
  const auto bin =
      static_cast<std::size_t>(std::ranges::upper_bound(percent, at) - percent.begin());
  const std::uint64_t within = rng.next();
  if (bin == 0) {
    return 0;
  }
  if (mix == kSpikeMix && bin == kSpikeBin && at < percent[bin - 1] + kSpikePercent) {
    return kSpike;
  }
  return kUpTo[bin - 1] + 1 + static_cast<std::uint32_t>(within % (kUpTo[bin] - kUpTo[bin - 1]));
}

std::vector<std::string_view> names_of_mixes() {
  std::vector<std::string_view> names;
  names.reserve(kMixes.size());
  for (const Mix &mix : kMixes) {
    names.push_back(mix.name);
  }
  return names;
}

std::vector<std::uint32_t> draw_sizes(std::string_view mix, std::uint64_t seed) {
  const auto *const found = std::ranges::find(kMixes, mix, &Mix::name);
  const auto index = static_cast<std::size_t>(found - kMixes.begin());
  CounterRng rng(seed, 10 + index);
  std::vector<std::uint32_t> sizes(kMostOps);
  std::ranges::generate(sizes, [&] { return draw_size(index, rng); });
  return sizes;
}

// Any byte of a region may be the first, so alignment is drawn as well.
CopyTable scatter_sizes(const std::vector<std::uint32_t> &sizes, const bench::Params &params) {
  const std::size_t working_set = params.get_size("working_set_bytes", 16384, kMostBytes / 2);
  CopyTable table;
  table.seed = params.seed();
  table.dst_bytes = working_set / 2;
  table.src_bytes = working_set / 2;
  CounterRng rng(table.seed, 4);
  for (const std::uint32_t n : sizes) {
    const auto dst = static_cast<std::uint32_t>(rng.below(table.dst_bytes - n + 1));
    const auto src = static_cast<std::uint32_t>(rng.below(table.src_bytes - n + 1));
    table.ops.push_back({dst, src, n});
  }
  CounterRng place = placement_rng();
  table.map(place.below(4096), place.below(4096), false);
  table.draw_reads();
  return table;
}

} // namespace

std::vector<bench::Value> mix_names() {
  std::vector<bench::Value> names;
  names.reserve(kMixes.size());
  for (const std::string_view name : names_of_mixes()) {
    names.emplace_back(std::string(name));
  }
  return names;
}

CopyTable make_mix(const bench::Params &params) {
  const std::string &mix = params.get_word("mix", names_of_mixes());
  return scatter_sizes(draw_sizes(mix, params.seed()), params);
}

CopyTable make_batch(const bench::Params &params) {
  std::vector<std::string_view> words{"fixed_64", "fixed_256", "fixed_4096"};
  const std::vector<std::string_view> mixes = names_of_mixes();
  words.insert(words.end(), mixes.begin(), mixes.end());
  const std::string &mix = params.get_word("mix", words);
  constexpr std::string_view kFixed = "fixed_";
  if (mix.starts_with(kFixed)) {
    const auto n = static_cast<std::uint32_t>(std::stoul(mix.substr(kFixed.size())));
    return scatter_sizes(std::vector<std::uint32_t>(kMostOps, n), params);
  }
  return scatter_sizes(draw_sizes(mix, params.seed()), params);
}

} // namespace vmperf::memops
