// The pages of a workload and what they map to: a flat array in the place of page tables, since
// tlb stands below them. Pages are neighbours from 4 GiB up; each maps to another one of them, all
// on one drawn cycle, so that a PA is the next VA of a chase. Used by benches alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/generators.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

class PageSet {
public:
  static constexpr std::uint64_t kBase = std::uint64_t{1} << 32U;
  static constexpr std::size_t kLeastEntries = 4096;

  PageSet(std::size_t n, std::uint64_t seed) : seed_(seed), next_(bench::make_cycle(n, seed)) {}

  [[nodiscard]] std::size_t size() const noexcept { return next_.size(); }
  /// A power of two from 4096 up that has room for all of them.
  [[nodiscard]] std::size_t entries() const noexcept {
    return std::max(kLeastEntries, std::bit_ceil(size()));
  }
  [[nodiscard]] static std::uint64_t va(std::uint64_t page) noexcept {
    return kBase + page * kPageBytes;
  }
  /// The walk: where a byte of one of the pages lies.
  [[nodiscard, gnu::always_inline]] std::uint64_t pa(std::uint64_t address) const noexcept {
    return va(next_[(address - kBase) >> kPageShift]) | (address & kOffsetMask);
  }

  /// Addresses of 8 bytes on pages drawn alike, each for itself.
  [[nodiscard]] std::vector<std::uint64_t> draw(std::size_t count) const {
    CounterRng rng(seed_, 1);
    std::vector<std::uint64_t> addresses(count);
    for (std::uint64_t &address : addresses) {
      address = va(rng.below(size())) + rng.below(kPageBytes / 8) * 8;
    }
    return addresses;
  }
  /// Runs of 64 addresses on one page, which is drawn.
  [[nodiscard]] std::vector<std::uint64_t> draw_runs(std::size_t count) const {
    CounterRng rng(seed_, 2);
    std::vector<std::uint64_t> addresses(count);
    for (std::size_t i = 0; i < count; ++i) {
      addresses[i] = i % 64 == 0 ? va(rng.below(size())) : addresses[i - 1] + 64;
    }
    return addresses;
  }
  /// All pages once, in drawn order.
  [[nodiscard]] std::vector<std::uint64_t> shuffled() const {
    std::vector<std::uint64_t> addresses;
    addresses.reserve(size());
    for (const std::uint32_t page : bench::shuffled(size(), seed_, 3)) {
      addresses.push_back(va(page));
    }
    return addresses;
  }
  template <class D> void fill_all(D &design) const {
    for (std::size_t page = 0; page < size(); ++page) {
      design.fill(va(page), pa(va(page)));
    }
  }

private:
  std::uint64_t seed_;
  std::vector<std::uint32_t> next_;
};

} // namespace vmperf::tlb
