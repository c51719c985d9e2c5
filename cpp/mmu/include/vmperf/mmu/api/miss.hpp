// The workload of mmu/miss: every page of a working set far larger than the TLB in turn, so that
// each look-up of a direct-mapped TLB of 4096 entries misses; `miss_ratio` says how many did. With
// marks = clear all accessed and dirty bits are clear before each round over the pages, which is a
// batch at most, so that each miss sets them. Used by designs and peers only. One thread.
#pragma once

#include "vmperf/mmu/api/walks.hpp"

namespace vmperf::mmu {

template <class D> class MissWorkload final : public bench::Workload {
public:
  explicit MissWorkload(const bench::Params &params)
      : guest_(params), design_(guest_),
        mode_(params.get_choice<Mode>(
            "mode", {{"dependent", Mode::dependent}, {"batched", Mode::batched}})),
        clear_(params.get_choice<bool>("marks", {{"set", false}, {"clear", true}})),
        pa_(guest_.addresses.size()), fault_(guest_.addresses.size()) {}

  void prepare(std::uint64_t /*n*/) override {
    if (clear_) {
      guest_.table->unmap(Guest::kBase, guest_.n_pages * kPageBytes);
      guest_.table->map(Guest::kBase, Guest::kPages, kPageBytes, flags::kRead | flags::kWrite,
                        guest_.n_pages);
    }
  }
  [[nodiscard]] std::uint64_t max_n() const noexcept override {
    return clear_ ? guest_.n_pages : kUnlimited;
  }

  std::uint64_t run(std::uint64_t n) override {
    ops_ += n;
    return mode_ == Mode::dependent ? dependent(n) : batched(n);
  }

  [[nodiscard]] bench::Verification verify() override {
    prepare(0);
    batched(pa_.size());
    for (std::size_t i = 0; i < pa_.size(); ++i) {
      if (fault_[i] != 0 || pa_[i] != Guest::pa_of(guest_.addresses[i])) {
        return bench::Verification::failed("a wrong translation, number " + std::to_string(i));
      }
      pa_[i] = 0;
    }
    return bench::Verification::passed();
  }

  void report(bench::Report &report) override {
    report.metric("miss_ratio",
                  ops_ == 0 ? 0.0
                            : static_cast<double>(design_.n_walks()) / static_cast<double>(ops_));
  }

private:
  enum class Mode : std::uint8_t { dependent, batched };
  static constexpr std::size_t kBlock = 1000;

  [[nodiscard]] tlb::Access access() const noexcept {
    return clear_ ? tlb::Access::write : tlb::Access::read;
  }

  [[gnu::noinline]] std::uint64_t dependent(std::uint64_t n) {
    const std::uint64_t *va = guest_.addresses.data();
    const std::uint64_t count = guest_.addresses.size();
    std::uint64_t sum = 0;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0, at = 0; i < n; ++i) {
      last = design_.pa(va[at] + (last >> 63U), access());
      sum += last;
      at = at + 1 == count ? 0 : at + 1;
    }
    return sum;
  }

  std::uint64_t batched(std::uint64_t n) {
    const std::size_t count = guest_.addresses.size();
    std::uint64_t sum = 0;
    for (std::size_t at = 0; n != 0;) {
      const auto block = std::min<std::uint64_t>({n, kBlock, count - at});
      design_.pa(guest_.addresses.data() + at, pa_.data() + at, fault_.data() + at, block,
                 access());
      sum += pa_[at + block - 1];
      n -= block;
      at = at + block == count ? 0 : at + block;
    }
    return sum;
  }

  Guest guest_;
  D design_;
  Mode mode_;
  bool clear_;
  std::vector<std::uint64_t> pa_;
  std::vector<std::uint8_t> fault_;
  std::uint64_t ops_ = 0;
};

} // namespace vmperf::mmu
