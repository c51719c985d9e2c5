#include "api_trace.hpp"

#include <array>
#include <functional>

#include "vmperf/bench/generators.hpp"

namespace vmperf::tlb {
namespace {

using Next = std::function<std::uint64_t(std::uint64_t)>; // the page of access i

// Items of a Zipf distribution lie apart: hot pages are no neighbours.
Next scattered_zipf(std::uint64_t pages, std::uint64_t seed) {
  auto order = bench::shuffled(pages, seed, 1);
  return [order = std::move(order), zipf = bench::Zipf(pages, 0.99, seed, 2)](
             std::uint64_t) mutable { return std::uint64_t{order[zipf.next()]}; };
}

// Uniform over a working set, interrupted by a scan that never comes back to a page.
Next scanned(std::uint64_t pages, std::uint64_t seed) {
  constexpr std::uint64_t kRound = 2048;
  constexpr std::uint64_t kScan = 1024;
  return [pages, uniform = bench::Uniform(pages, seed, 3)](std::uint64_t i) mutable {
    return i % kRound < kRound - kScan ? uniform.next()
                                       : pages + (i / kRound * kScan + i % kRound) % 32768;
  };
}

// Steps of 1, 5 and 2 pages in turn: no stride, but the same distances again and again.
Next steps() {
  return [page = std::uint64_t{0}](std::uint64_t i) mutable {
    constexpr std::array<std::uint64_t, 3> kSteps = {1, 5, 2};
    return page = (page + kSteps[i % 3]) % Trace::kPages;
  };
}

Next chase(std::uint64_t pages, std::uint64_t seed) {
  return [next = bench::make_cycle(pages, seed, 4), at = std::uint32_t{0}](std::uint64_t) mutable {
    return std::uint64_t{at = next[at]};
  };
}

Next uniform(std::uint64_t pages, std::uint64_t seed) {
  return [draw = bench::Uniform(pages, seed, 5)](std::uint64_t) mutable { return draw.next(); };
}

Next next_of(const bench::Params &params) {
  const std::string &pattern = params.get_string("pattern");
  const std::uint64_t seed = params.seed();
  if (pattern == "random") {
    return uniform(2048, seed);
  }
  if (pattern == "zipf") {
    return scattered_zipf(16384, seed);
  }
  if (pattern == "scan") {
    return scanned(768, seed);
  }
  if (pattern == "chase") {
    return chase(1024, seed);
  }
  if (pattern == "steps") {
    return steps();
  }
  if (pattern == "strided") {
    return [](std::uint64_t i) { return i % 768 * 64; };
  }
  if (pattern == "cyclic") {
    return [](std::uint64_t i) { return i % 1280; };
  }
  if (pattern == "sequential") {
    return [](std::uint64_t i) { return i / 4 % 16384; };
  }
  throw InvalidArgumentError("pattern", pattern,
                             "sequential, strided, random, zipf, cyclic, scan, chase, steps");
}

} // namespace

FlatPages::FlatPages(std::uint64_t pages, std::uint64_t seed) {
  const auto order = bench::shuffled(pages, seed, 6);
  frames_.reserve(pages);
  for (const std::uint32_t frame : order) {
    frames_.push_back(std::uint64_t{frame} << 12U);
  }
}

Trace::Trace(const bench::Params &params) : pages_(kPages, params.seed()) {
  Next next = next_of(params);
  addresses_.reserve(kLength);
  sums_.assign(1, 0);
  for (std::uint64_t i = 0; i < kLength; ++i) {
    addresses_.push_back(next(i) << 12U | (i * 8 & 4095U));
    sums_.push_back(sums_.back() + pages_.pa(addresses_.back()));
  }
}

} // namespace vmperf::tlb
