// Arrays of addresses, `batch` at a time, into an array of PAs and one of fault codes: by the
// design's translate(), or by a lookup each. All hit. Used by benches, designs and peers only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vmperf/bench/params.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/tlb/api/page_set.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <class D, bool kAtOnce> class ArrayWorkload final : public bench::Workload {
public:
  explicit ArrayWorkload(const bench::Params &params)
      : pages_(params.get_size("pages", 1, std::size_t{1} << 24U), params.seed()),
        batch_(params.get_size("batch", 1, kDraws)), design_(pages_.entries()),
        vas_(params.get_word("pattern", {"random", "runs"}) == "runs" ? pages_.draw_runs(kDraws)
                                                                      : pages_.draw(kDraws)),
        pas_(kDraws), faults_(kDraws, 1), misses_(kDraws) {
    pages_.fill_all(design_);
  }

  std::uint64_t run(std::uint64_t n) override {
    std::size_t at = 0;
    for (std::uint64_t left = n; left != 0;) {
      const std::size_t some = std::min<std::uint64_t>(left, batch_);
      at = at + some > kDraws ? 0 : at;
      missed_ += some_at(at, some);
      bench::sink(pas_.data());
      at += some;
      left -= some;
    }
    ran_ = std::max(ran_, std::min<std::uint64_t>(n, kDraws - kDraws % batch_));
    return pas_[0];
  }

  [[nodiscard]] bench::Verification verify() override {
    for (std::uint64_t i = 0; i < ran_; ++i) {
      if (pas_[i] != pages_.pa(vas_[i]) || faults_[i] != 0) {
        return bench::Verification::failed("an address was not translated to what its page maps "
                                           "to");
      }
    }
    return {missed_ == 0 ? "" : "an address of a filled page missed"};
  }

private:
  static constexpr std::size_t kDraws = 16384;

  [[gnu::noinline]] std::size_t some_at(std::size_t at, std::size_t n) {
    if constexpr (kAtOnce) {
      return design_.translate(&vas_[at], &pas_[at], &faults_[at], n, &misses_[at]);
    } else {
      const auto reader = design_.reader();
      std::size_t missed = 0;
      for (std::size_t i = at; i < at + n; ++i) {
        const std::uint64_t pa = reader.lookup(vas_[i]);
        pas_[i] = pa;
        faults_[i] = pa == kMiss ? 1 : 0;
        missed += faults_[i];
      }
      return missed;
    }
  }

  PageSet pages_;
  std::size_t batch_;
  D design_;
  std::vector<std::uint64_t> vas_, pas_;
  std::vector<std::uint8_t> faults_;
  std::vector<std::uint32_t> misses_;
  std::uint64_t ran_ = 0, missed_ = 0;
};

template <class D> using BatchWorkload = ArrayWorkload<D, true>;
template <class D> using IndividualWorkload = ArrayWorkload<D, false>;

} // namespace vmperf::tlb
