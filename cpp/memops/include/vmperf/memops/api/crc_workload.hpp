// CRC-32C as a workload: of buffers in drawn order, each from 0 (mode=throughput) or each from the
// one before (mode=dependent, in which a round over all places starts from 0). The sum of all CRCs
// is the checksum and the proof: verify() knows it from a loop over bytes, and looks at every copy.
// Used by benches, designs and peers only. One thread; making one is O(bytes of the working set).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

/// A byte at a time, by a table of 256: the oracle, and the design `naive`. Source: Sarwate, CACM
/// 31(8), 1988.
[[nodiscard]] std::uint32_t crc32c_by_bytes(const std::byte *p, std::size_t n,
                                            std::uint32_t value) noexcept;

struct CrcTable {
  os::Mapping memory;
  std::byte *src = nullptr;
  std::byte *dst = nullptr; ///< of copies alone
  std::size_t n = 0;
  bool dependent = false;
  std::vector<std::size_t> at;
  std::vector<std::uint32_t> answers; ///< as many as places

  /// Overwrites what copies wrote.
  void spoil_copies() const;
  /// Whether the first `done` copies, or all, are there.
  [[nodiscard]] bool has_copies(std::uint64_t done) const;
};

/// Axes size_bytes, mode (throughput, dependent), src_align, working_set_bytes.
[[nodiscard]] CrcTable make_crcs(const bench::Params &params, bool copies);

/// `Fn` is `std::uint32_t fn(std::byte *dst, const std::byte *src, std::size_t n, std::uint32_t
/// value)`; of what copies nothing, dst is null.
template <class Fn> class CrcWorkload final : public bench::Workload {
public:
  CrcWorkload(Fn fn, CrcTable table) : fn_(fn), table_(std::move(table)) { table_.spoil_copies(); }

  std::uint64_t run(std::uint64_t n) override {
    done_ += n;
    const std::uint64_t sum = table_.dependent ? run_as<true>(n) : run_as<false>(n);
    sum_ += sum;
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const bool right = sum_ == sum_of_answers(table_.answers, done_);
    const bool copied = table_.has_copies(done_);
    table_.spoil_copies();
    at_ = 0;
    done_ = 0;
    sum_ = 0;
    value_ = 0;
    if (!right) {
      return bench::Verification::failed("the CRCs do not add up to those of a loop over bytes");
    }
    return copied ? bench::Verification::passed()
                  : bench::Verification::failed("a copy differs from its source");
  }

private:
  template <bool kDependent> std::uint64_t run_as(std::uint64_t n) {
    const Fn fn = fn_;
    const std::byte *const src = table_.src;
    std::byte *const dst = table_.dst;
    const std::size_t bytes = bench::opaque(table_.n);
    std::uint64_t sum = 0;
    std::uint32_t value = value_;
    while (n != 0) {
      const std::size_t count = std::min<std::uint64_t>(n, table_.at.size() - at_);
      const std::size_t *at = table_.at.data() + at_;
      for (const std::size_t *const end = at + count; at != end; ++at) {
        value = fn(dst == nullptr ? dst : dst + *at, src + *at, bytes, kDependent ? value : 0);
        sum += value;
        bench::sink(sum);
      }
      n -= count;
      at_ += count;
      if (at_ == table_.at.size()) {
        at_ = 0;
        value = 0;
      }
    }
    value_ = value;
    return sum;
  }

  Fn fn_;
  CrcTable table_;
  std::size_t at_ = 0;
  std::uint64_t done_ = 0, sum_ = 0;
  std::uint32_t value_ = 0;
};

/// Of an object with `std::uint32_t crc32c(const std::byte *p, std::size_t n, std::uint32_t
/// value)`.
template <class Crc> struct CrcWith {
  Crc crc;
  std::uint32_t operator()(std::byte * /*dst*/, const std::byte *src, std::size_t n,
                           std::uint32_t value) const {
    return crc.crc32c(src, n, value);
  }
};

/// Of one with copy_crc32c(dst, src, n, value), which copies, too.
template <class Crc> struct CopyCrcWith {
  Crc crc;
  std::uint32_t operator()(std::byte *dst, const std::byte *src, std::size_t n,
                           std::uint32_t value) const {
    return crc.copy_crc32c(dst, src, n, value);
  }
};

/// Adds a design to both benchmarks. get() makes the object with each workload: a library's
/// functions, or a level's, are not there everywhere.
template <class Get> bench::Design &run_crcs(bench::Design &design, Get get) {
  using Crc = decltype(get());
  return design
      .runs("memops/crc32c",
            [get](const bench::Params &params) -> bench::WorkloadPtr {
              using Workload = CrcWorkload<CrcWith<Crc>>;
              return std::make_unique<Workload>(CrcWith<Crc>{get()}, make_crcs(params, false));
            })
      .runs("memops/copy_crc32c", [get](const bench::Params &params) -> bench::WorkloadPtr {
        using Workload = CrcWorkload<CopyCrcWith<Crc>>;
        return std::make_unique<Workload>(CopyCrcWith<Crc>{get()}, make_crcs(params, true));
      });
}

/// What copies by the C library first, and then takes the copy's CRC: of libraries that have no
/// copy with a CRC.
template <class Crc> class CopyThenCrc {
public:
  explicit CopyThenCrc(Crc crc) : crc_(crc), copy_(std::memcpy) {}

  [[nodiscard]] std::uint32_t crc32c(const std::byte *p, std::size_t n, std::uint32_t value) const {
    return crc_.crc32c(p, n, value);
  }
  std::uint32_t copy_crc32c(std::byte *dst, const std::byte *src, std::size_t n,
                            std::uint32_t value) const {
    copy_(dst, src, n);
    return crc_.crc32c(dst, n, value);
  }

private:
  Crc crc_;
  Indirect<Ops::Copy> copy_;
};

} // namespace vmperf::memops
