// The functions that designs of memops are made of, beside the public ones: what one writes at
// once (naive), the C library's behind pointers, the standard algorithms, and a level's table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/memops/copy.hpp"
#include "vmperf/memops/level.hpp"

namespace vmperf::memops {

template <Policy kPolicy> struct PublicCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    copy<kPolicy>(dst, src, n);
  }
};

struct NaiveCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    auto *to = static_cast<unsigned char *>(dst);
    const auto *from = static_cast<const unsigned char *>(src);
    for (std::size_t i = 0; i < n; ++i) {
      to[i] = bench::opaque(from[i]); // or compilers make a call of memcpy of the loop
    }
  }
};

struct StdCopy {
  [[gnu::always_inline]] void operator()(void *dst, const void *src, std::size_t n) const {
    const auto *from = static_cast<const unsigned char *>(src);
    std::copy(from, from + n, static_cast<unsigned char *>(dst));
  }
};

/// A level's table, which is there whenever a workload of it is made.
[[nodiscard]] inline const Ops &table_of(Level level) {
  return *ops(level);
}

[[nodiscard]] inline bench::Availability probe_level(Level level) {
  if (ops(level) != nullptr) {
    return {};
  }
  return {bench::Status::unsupported,
          "SIMD level " + std::string(name_of(level)) + " needs another CPU", ""};
}

/// A maker that looks a level's function up when a workload is made: not before, since on another
/// CPU there is none.
template <class Entry, class Make>
[[nodiscard]] bench::Maker level_maker(Level level, Entry Ops::*entry, Make make) {
  return [level, entry, make](const bench::Params &params) -> bench::WorkloadPtr {
    return make(table_of(level).*entry)(params);
  };
}

/// Calls `run(design, level)` for the design of each SIMD level. Those that several benchmarks
/// share are added in designs.cpp; every other file adds to them what they run beside.
template <class Run> void for_each_level(bench::Registry &registry, Run run) {
  for (const Level level : kLevels) {
    run(registry.design("memops", name_of(level)), level);
  }
}

} // namespace vmperf::memops
