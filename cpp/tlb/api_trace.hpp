// What the benchmarks of policies and prefetchers share: sequences of addresses, and the flat map
// of pages behind them. Drawn from the run's seed before anything is timed, and replayed; the sums
// of what they translate to are known, so that every result is proved. One thread, but for walks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

/// Frames by page number: the walk is one load, and whatever a TLB saves is what it costs.
class FlatPages {
public:
  FlatPages(std::uint64_t pages, std::uint64_t seed);

  [[nodiscard]] std::uint64_t pa(std::uint64_t va) const noexcept {
    return frames_[va >> 12U] | (va & 4095U);
  }
  [[nodiscard]] Translation operator()(std::uint64_t va, Access /*access*/,
                                       std::uint16_t /*asid*/) const noexcept {
    Translation found{.perms = kRead | kWrite};
    if (va >> 12U < frames_.size()) {
      found.pa = pa(va);
    } else {
      found.fault = Fault::not_present;
    }
    return found;
  }

private:
  std::vector<std::uint64_t> frames_;
};

class Trace {
public:
  static constexpr std::size_t kLength = std::size_t{1} << 16U;
  static constexpr std::uint64_t kPages = std::uint64_t{1} << 16U;

  /// By the axis "pattern", one of the words of all benchmarks that have it.
  explicit Trace(const bench::Params &params);

  [[nodiscard]] const std::uint64_t *addresses() const noexcept { return addresses_.data(); }
  [[nodiscard]] const FlatPages &pages() const noexcept { return pages_; }
  /// What the first n accesses translate to, added up.
  [[nodiscard]] std::uint64_t sum(std::uint64_t n) const noexcept {
    return n / kLength * sums_[kLength] + sums_[n % kLength];
  }

private:
  FlatPages pages_;
  std::vector<std::uint64_t> addresses_, sums_;
};

} // namespace vmperf::tlb
