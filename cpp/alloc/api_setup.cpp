// How the allocator workloads read their axes and draw what they replay.
#include <algorithm>
#include <bit>
#include <charconv>
#include <numeric>
#include <string_view>

#include "vmperf/alloc/api/setup.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/base/rng.hpp"
#include "vmperf/bench/generators.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kLeastSize = 8; // of a block that carries a stamp
constexpr std::size_t kLeastPlaces = 4096;

void read_count(const bench::Params &params, std::string_view axis, std::size_t &out,
                std::size_t least, std::size_t most) {
  if (params.has(axis)) {
    out = params.get_size(axis, least, most);
  }
}

template <class E>
void read_word(const bench::Params &params, std::string_view axis, E &out,
               bench::Choices<E> choices) {
  if (params.has(axis)) {
    out = params.get_choice(axis, choices);
  }
}

bool parse_size(std::string_view text, std::size_t &out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

SizeRange SizeRange::parse(const std::string &axis, const std::string &text) {
  const std::size_t dash = text.find('-');
  const std::string_view all = text;
  SizeRange range;
  const bool read = parse_size(all.substr(0, dash), range.low) &&
                    parse_size(dash == std::string::npos ? all : all.substr(dash + 1), range.high);
  if (!read || range.low < kLeastSize || range.low > range.high || range.high > kMostSize) {
    throw InvalidArgumentError(axis, "'" + text + "'",
                               "LOW-HIGH in bytes, such as 8-256, or one size: 8 to 1073741824");
  }
  return range;
}

Setup Setup::from(const bench::Params &params) {
  Setup setup;
  setup.seed = params.seed();
  read_count(params, "size_bytes", setup.size_bytes, kLeastSize, kMostSize);
  read_count(params, "live", setup.live, 1, kMostLive);
  read_count(params, "batch", setup.batch, 1, kMostLive);
  if (params.has("sizes")) {
    setup.sizes = SizeRange::parse("sizes", params.get_string("sizes"));
  }
  read_word(params, "touch", setup.touch,
            {{"none", Touch::none},
             {"first", Touch::first},
             {"pages", Touch::pages},
             {"all", Touch::all}});
  read_word(params, "order", setup.order,
            {{"fifo", Order::fifo}, {"lifo", Order::lifo}, {"random", Order::random}});
  read_word(params, "pattern", setup.pattern,
            {{"reuse", Pattern::reuse},
             {"sequential", Pattern::sequential},
             {"random", Pattern::random},
             {"burst", Pattern::burst},
             {"interleaved", Pattern::interleaved},
             {"fragmented", Pattern::fragmented}});
  return setup;
}

std::vector<std::uint32_t> draw_sizes(const SizeRange &range, std::size_t count, std::uint64_t seed,
                                      std::uint64_t stream) {
  CounterRng rng(seed, stream);
  std::vector<std::uint32_t> sizes(count);
  for (std::uint32_t &size : sizes) {
    size = static_cast<std::uint32_t>(range.low + rng.below(range.high - range.low + 1));
  }
  return sizes;
}

std::vector<std::uint32_t> draw_places(std::size_t live, std::uint64_t seed) {
  const std::size_t count = std::bit_ceil(std::max(kLeastPlaces, 4 * live));
  return bench::draw(bench::Uniform(live, seed, 1), count);
}

FreeOrder::FreeOrder(Order order, std::size_t most, std::uint64_t seed) {
  const auto widths = static_cast<unsigned>(std::bit_width(most - 1));
  for (unsigned width = 0; width <= widths; ++width) {
    const std::size_t n = std::size_t{1} << width;
    std::vector<std::uint32_t> &table = tables_.emplace_back();
    if (order == Order::random) {
      table = bench::shuffled(n, seed, 2 + width);
      continue;
    }
    table.resize(n);
    std::iota(table.begin(), table.end(), 0U);
    if (order == Order::lifo) {
      std::ranges::reverse(table);
    }
  }
}

} // namespace vmperf::alloc
