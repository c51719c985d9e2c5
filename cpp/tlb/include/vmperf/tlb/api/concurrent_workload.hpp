// A reader beside a writer, who fills pages with PAs made of page and version, so that the reader
// sees whether what it got was ever what its page mapped to. sets=one: two pages that share a set,
// where halves of two entries meet; sets=many: 1000 pages. Used by benches and designs only.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "vmperf/base/rng.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/team.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/os/clock.hpp"
#include "vmperf/tlb/api/page_set.hpp"
#include "vmperf/tlb/index.hpp"
#include "vmperf/tlb/translation.hpp"

namespace vmperf::tlb {

template <class D> class ConcurrentWorkload final : public bench::Workload {
public:
  explicit ConcurrentWorkload(const bench::Params &params)
      : one_set_(params.get_word("sets", {"one", "many"}) == "one"),
        n_pages_(one_set_ ? 2 : kManyPages), design_(PageSet::kLeastEntries), team_(2) {
    for (std::uint64_t page = 0; page < n_pages_; ++page) {
      design_.fill(va(page), pa(page, 0));
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    left_ = n;
    done_.store(false, std::memory_order_relaxed);
    const std::int64_t start = os::now_ns();
    team_.run([this](unsigned member) { return member == 0 ? look() : rewrite(); });
    elapsed_ns_ += os::now_ns() - start;
    reads_ += n;
    return n;
  }

  [[nodiscard]] bench::Verification verify() override {
    if (wrong_ != 0) {
      return bench::Verification::failed(std::to_string(wrong_) +
                                         " lookups gave what their page never mapped to");
    }
    return {reads_ == 0 || hits_ != 0 ? "" : "no lookup hit"};
  }

  void report(bench::Report &report) override {
    const auto of_reads = [this](std::uint64_t n) {
      return static_cast<double>(n) / static_cast<double>(std::max<std::uint64_t>(reads_, 1));
    };
    report.metric("wrong", static_cast<double>(wrong_));
    report.metric("hit_rate", of_reads(hits_));
    report.metric("fills_per_s", 1e9 * static_cast<double>(fills_) /
                                     static_cast<double>(std::max<std::int64_t>(elapsed_ns_, 1)));
  }

private:
  static constexpr std::uint64_t kManyPages = 1000, kVersions = 4096, kSteps = 256;

  [[nodiscard]] std::uint64_t va(std::uint64_t page) const noexcept {
    const std::uint64_t apart = one_set_ ? PageSet::kLeastEntries : 1;
    return PageSet::kBase + page * apart * kPageBytes;
  }
  // 12 bits of version over 12 of a hash of it and the page: all layouts have room for 24.
  [[nodiscard]] static std::uint64_t pa(std::uint64_t page, std::uint64_t version) noexcept {
    const std::uint64_t hash = (version * 0x9e5U + page * 0x3a7U + 0x155U) & 0xfffU;
    return (version << 12U | hash) * kPageBytes;
  }

  [[gnu::noinline]] bench::Progress look() {
    const auto reader = design_.reader();
    const std::uint64_t some = std::min(left_, kSteps);
    std::uint64_t wrong = 0, hits = 0, page = 0;
    for (std::uint64_t i = 0; i < some; ++i) {
      const std::uint64_t found = reader.lookup(va(page));
      if (found != kMiss) [[likely]] {
        wrong += pa(page, found >> (kPageShift + 12U)) != found ? 1 : 0;
        ++hits;
      }
      page = page + 1 == n_pages_ ? 0 : page + 1;
    }
    wrong_ += wrong;
    hits_ += hits;
    left_ -= some;
    if (left_ == 0) {
      done_.store(true, std::memory_order_relaxed);
      return bench::Progress::done;
    }
    return bench::Progress::some;
  }

  [[gnu::noinline]] bench::Progress rewrite() {
    if (done_.load(std::memory_order_relaxed)) {
      return bench::Progress::done;
    }
    for (std::uint64_t i = 0; i < kSteps; ++i) {
      design_.fill(va(written_), pa(written_, version_ % kVersions));
      if (++written_ == n_pages_) {
        written_ = 0;
        ++version_;
      }
    }
    fills_ += kSteps;
    return bench::Progress::some;
  }

  bool one_set_;
  std::uint64_t n_pages_;
  D design_;
  std::uint64_t left_ = 0, wrong_ = 0, hits_ = 0, reads_ = 0; // the reader's
  std::int64_t elapsed_ns_ = 0;
  alignas(64) std::uint64_t written_ = 0; // the writer's
  std::uint64_t version_ = 0, fills_ = 0;
  alignas(64) std::atomic<bool> done_{false};
  bench::Team team_; // last: its threads end before what they use
};

} // namespace vmperf::tlb
