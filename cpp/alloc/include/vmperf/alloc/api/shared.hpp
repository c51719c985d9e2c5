// What the workloads of several threads share: a team, a lane for each of its members, and the tags
// by which a block that is live twice, in whichever threads, is found. Used by benches, designs and
// peers only. run() is called by one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "vmperf/alloc/api/workload.hpp"
#include "vmperf/bench/params.hpp"
#include "vmperf/bench/report.hpp"
#include "vmperf/bench/team.hpp"
#include "vmperf/os/memory_use.hpp"

namespace vmperf::alloc {

enum class Shape : std::uint8_t { xmalloc, ring, larson, cache_scratch, churn };

struct SharedSetup {
  Setup all;
  unsigned threads = 2;
  Shape shape = Shape::xmalloc;

  [[nodiscard]] static SharedSetup from(const bench::Params &params);
};

/// A tag is the stamp of a block's place, mixed with what names the allocation.
[[gnu::always_inline]] inline void write_tag(void *block, std::uint64_t tag) noexcept {
  const std::uint64_t word = proof::stamp_of(block) ^ tag;
  std::memcpy(block, &word, sizeof word);
}

/// 0, or the bits in which the tag is another one.
[[nodiscard, gnu::always_inline]] inline std::uint64_t tag_fault(const void *block,
                                                                 std::uint64_t tag) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, block, sizeof word);
  return word ^ proof::stamp_of(block) ^ tag;
}

/// Sizes, threads and the memory that was held beyond what was there before.
template <Calls C> class SharedWorkload : public AllocWorkload<C> {
public:
  void report(bench::Report &report) override {
    const std::int64_t most = std::max(os::peak_resident_bytes(), os::resident_bytes());
    report.metric("held_bytes", static_cast<double>(std::max<std::int64_t>(0, most - before_)));
  }

protected:
  SharedWorkload(const Face &face, C calls, const SharedSetup &setup)
      : AllocWorkload<C>(face, calls, setup.all), n_lanes_(setup.threads) {}

  [[nodiscard]] bench::Verification prove_lanes(std::uint64_t wrong) const {
    const std::array<std::size_t, 2> sizes{this->setup_.sizes.low, this->setup_.size_bytes};
    return this->prove(
        wrong == 0 ? "" : "a block had lost its tag when it was freed: it was live twice", sizes);
  }

  unsigned n_lanes_;

private:
  std::int64_t before_ = os::resident_bytes();
};

} // namespace vmperf::alloc
