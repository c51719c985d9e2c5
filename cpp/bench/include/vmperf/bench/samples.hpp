// Raw samples of one case: sample i did iterations[i] ops in ns_total[i] nanoseconds.
// int64 in, int64 out; per-op times are derived, never stored. Disturbed samples are flagged and
// kept.
#pragma once

#include <cstdint>
#include <vector>

namespace vmperf::bench {

// NOLINTNEXTLINE(performance-enum-size): or-ed into uint32 samples
enum SampleFlag : std::uint32_t {
  kFlagSwitch = 1, ///< an involuntary context switch during the batch
  kFlagFault = 2,  ///< a page fault during the batch
  kFlagSteal = 4,  ///< the hypervisor took time away during the batch
};

struct Samples {
  std::vector<std::int64_t> ns_total;   ///< timer cost of the batch already subtracted
  std::vector<std::int64_t> iterations; ///< ops in the batch
  std::vector<std::uint32_t> flags;     ///< SampleFlag bits
  std::vector<std::uint32_t> placement; ///< which placement of buffers the batch ran in

  [[nodiscard]] std::size_t size() const noexcept { return ns_total.size(); }
  void push(std::int64_t ns, std::int64_t n, std::uint32_t bits, std::uint32_t where) {
    ns_total.push_back(ns);
    iterations.push_back(n);
    flags.push_back(bits);
    placement.push_back(where);
  }
};

} // namespace vmperf::bench
