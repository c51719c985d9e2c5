// Hits alone: independent ones, or each at the address that the last one gave. The reader is a
// local variable of the loop, as a hot loop has it. A design from a shared library brings these
// loops along (kOwnLoops: its reader's sum(vas, n) and chase(va, n)), or an op would pay a call.
// Used by benches, designs and peers only.
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

enum class Mode : std::uint8_t { throughput, dependent };

template <class D>
inline constexpr bool kOwnLoops = requires(const D &design, const std::uint64_t *vas) {
  design.reader().sum(vas, std::size_t{});
  design.reader().chase(*vas, std::uint64_t{});
};

template <class D> class LookupWorkload final : public bench::Workload {
public:
  explicit LookupWorkload(const bench::Params &params)
      : pages_(params.get_size("pages", 1, kMostPages), params.seed()),
        mode_(params.has("mode")
                  ? params.get_choice<Mode>(
                        "mode", {{"throughput", Mode::throughput}, {"dependent", Mode::dependent}})
                  : Mode::throughput),
        design_(pages_.entries()), vas_(pages_.draw(std::max<std::size_t>(4096, pages_.size()))) {
    pages_.fill_all(design_);
  }

  std::uint64_t run(std::uint64_t n) override {
    ran_ = n;
    return last_ = mode_ == Mode::throughput ? all(n) : chase(n);
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t expected = 0;
    if (mode_ == Mode::throughput) {
      for (std::uint64_t i = 0; i < ran_; ++i) {
        expected += pages_.pa(vas_[i % vas_.size()]);
      }
    } else {
      expected = vas_[0];
      for (std::uint64_t i = 0; i < ran_; ++i) {
        expected = pages_.pa(expected);
      }
    }
    if (last_ != expected) {
      return bench::Verification::failed("what the lookups gave is not what the pages map to");
    }
    const auto reader = design_.reader();
    if (reader.lookup(PageSet::va(pages_.size())) != kMiss) {
      return bench::Verification::failed("a page that was never filled hits");
    }
    return bench::Verification::passed();
  }

private:
  static constexpr std::size_t kMostPages = std::size_t{1} << 24U;

  [[gnu::noinline]] std::uint64_t all(std::uint64_t n) {
    const auto reader = design_.reader();
    std::uint64_t sum = 0;
    while (n != 0) {
      const std::uint64_t some = std::min<std::uint64_t>(n, vas_.size());
      const std::uint64_t *const vas = vas_.data();
      if constexpr (kOwnLoops<D>) {
        sum += reader.sum(vas, some);
      } else {
        for (std::uint64_t i = 0; i < some; ++i) {
          const std::uint64_t pa = reader.lookup(vas[i]);
          bench::sink(pa);
          sum += pa;
        }
      }
      n -= some;
    }
    return sum;
  }

  [[gnu::noinline]] std::uint64_t chase(std::uint64_t n) {
    const auto reader = design_.reader();
    std::uint64_t address = vas_[0];
    if constexpr (kOwnLoops<D>) {
      return reader.chase(address, n);
    }
    for (std::uint64_t i = 0; i < n; ++i) {
      address = bench::opaque(reader.lookup(address));
    }
    return address;
  }

  PageSet pages_;
  Mode mode_;
  D design_;
  std::vector<std::uint64_t> vas_;
  std::uint64_t ran_ = 0, last_ = 0;
};

} // namespace vmperf::tlb
