// Misses: a pass over `accesses` pages in drawn order, cold (all flushed before) or warm; and fills
// alone. The walk is a load from a flat array. Used by benches, designs and peers only.
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

template <class D, bool kCold> class PassWorkload final : public bench::Workload {
public:
  explicit PassWorkload(const bench::Params &params)
      : pages_(params.get_size("accesses", 1, std::size_t{1} << 24U), params.seed()),
        design_(pages_.entries()), vas_(pages_.shuffled()) {
    pages_.fill_all(design_);
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    for (std::uint64_t done = 0; done < n;) {
      const std::uint64_t some = std::min<std::uint64_t>(n - done, vas_.size());
      if constexpr (kCold) {
        design_.flush();
        ++passes_;
      }
      sum += pass(some);
      done += some;
    }
    ran_ = n;
    return last_ = sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    std::uint64_t expected = 0;
    for (std::uint64_t i = 0; i < ran_; ++i) {
      expected += pages_.pa(vas_[i % vas_.size()]);
    }
    if (last_ != expected) {
      return bench::Verification::failed("what the accesses gave is not what the pages map to");
    }
    if (kCold ? misses_ < ran_ : misses_ != 0) {
      return bench::Verification::failed(kCold ? "an access to a flushed page hit"
                                               : "an access to a filled page missed");
    }
    return bench::Verification::passed();
  }

private:
  [[gnu::noinline]] std::uint64_t pass(std::uint64_t n) {
    const auto reader = design_.reader();
    const std::uint64_t *const vas = vas_.data();
    std::uint64_t sum = 0;
    std::uint64_t misses = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint64_t pa = reader.lookup(vas[i]);
      if (pa == kMiss) {
        pa = pages_.pa(vas[i]);
        design_.fill(vas[i], pa);
        ++misses;
      }
      bench::sink(pa);
      sum += pa;
    }
    misses_ += misses;
    return sum;
  }

  PageSet pages_;
  D design_;
  std::vector<std::uint64_t> vas_;
  std::uint64_t ran_ = 0, last_ = 0, misses_ = 0, passes_ = 0;
};

template <class D> using ColdWorkload = PassWorkload<D, true>;
template <class D> using WarmWorkload = PassWorkload<D, false>;

/// Fills of drawn pages, most of which are there.
template <class D> class FillWorkload final : public bench::Workload {
public:
  explicit FillWorkload(const bench::Params &params)
      : pages_(params.get_size("pages", 1, std::size_t{1} << 24U), params.seed()),
        design_(pages_.entries()), vas_(pages_.draw(std::max<std::size_t>(4096, pages_.size()))) {}

  std::uint64_t run(std::uint64_t n) override {
    for (std::uint64_t done = 0; done < n;) {
      const std::uint64_t some = std::min<std::uint64_t>(n - done, vas_.size());
      fill(some);
      done += some;
    }
    return ran_ = n;
  }

  [[nodiscard]] bench::Verification verify() override {
    const auto reader = design_.reader();
    const std::uint64_t filled = std::min<std::uint64_t>(ran_, vas_.size());
    for (std::uint64_t i = 0; i < filled; ++i) {
      if (reader.lookup(vas_[i]) != pages_.pa(vas_[i])) {
        return bench::Verification::failed("a page that was filled is not there");
      }
    }
    return bench::Verification::passed();
  }

private:
  [[gnu::noinline]] void fill(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t pa = pages_.pa(vas_[i]);
      design_.fill(vas_[i], pa);
      bench::sink(pa);
    }
  }

  PageSet pages_;
  D design_;
  std::vector<std::uint64_t> vas_;
  std::uint64_t ran_ = 0;
};

} // namespace vmperf::tlb
