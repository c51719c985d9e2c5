// Hits of the packed TLB with and without a count of them. Used by benches alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/tlb/api/page_set.hpp"
#include "vmperf/tlb/direct_tlb.hpp"
#include "vmperf/tlb/tlb_stats.hpp"

namespace vmperf::tlb {

enum class Counting : std::uint8_t { none, in_register, in_memory };

template <Counting kCounting> class CountedWorkload final : public bench::Workload {
public:
  explicit CountedWorkload(const bench::Params &params)
      : pages_(params.get_size("pages", 1, std::size_t{1} << 24U), params.seed()),
        tlb_(pages_.entries()), vas_(pages_.draw(4096)) {
    for (std::size_t page = 0; page < pages_.size(); ++page) {
      const std::uint64_t va = PageSet::va(page);
      tlb_.fill(va, {.pa = pages_.pa(va), .perms = kRead});
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    ran_ += n;
    std::uint64_t sum = 0;
    for (std::uint64_t done = 0; done < n;) {
      const std::uint64_t some = std::min<std::uint64_t>(n - done, vas_.size());
      sum += pass(some);
      done += some;
    }
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const bool counted = kCounting == Counting::none || hits_.get() == ran_;
    return {counted ? "" : "the count is not that of the lookups"};
  }

private:
  [[gnu::noinline]] std::uint64_t pass(std::uint64_t n) {
    const auto context = tlb_.context();
    std::uint64_t sum = 0;
    std::uint64_t hits = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t pa = context.template lookup<Access::read>(vas_[i]);
      bench::sink(pa);
      sum += pa;
      if constexpr (kCounting == Counting::in_register) {
        hits += pa != kMiss ? 1 : 0;
      } else if constexpr (kCounting == Counting::in_memory) {
        hits_.add(pa != kMiss ? 1 : 0);
      }
    }
    hits_.add(hits);
    return sum;
  }

  PageSet pages_;
  DirectTlb<PackedEntry<>> tlb_;
  std::vector<std::uint64_t> vas_;
  Count hits_;
  std::uint64_t ran_ = 0;
};

template <Counting kCounting> bench::Maker bench_counted() {
  return [](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<CountedWorkload<kCounting>>(params);
  };
}

} // namespace vmperf::tlb
