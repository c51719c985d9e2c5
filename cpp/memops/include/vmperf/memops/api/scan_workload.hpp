// Comparing and searching as workloads: a table of places, each with content that has its answer at
// a drawn position. The sum of all answers is the checksum and the proof: verify() knows it from
// byte loops over the same content. Used by benches, designs and peers only. One thread; making one
// is O(bytes), verify() O(ops of the table).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/bench/workload.hpp"
#include "vmperf/memops/api/table.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::memops {

inline constexpr unsigned char kNeedle = 0x5a;

enum class Scan : std::uint8_t { compare, find_byte, is_zero };

struct ScanOp {
  std::uint32_t at, n;
};

struct ScanTable {
  os::Mapping memory;
  const std::byte *a = nullptr;
  const std::byte *b = nullptr; ///< of compare alone
  std::vector<ScanOp> ops;
  std::vector<std::uint64_t> answers; ///< as many as ops
};

/// Axes size_bytes, hit (random, end, none), src_align, working_set_bytes.
[[nodiscard]] ScanTable make_scan(Scan scan, const bench::Params &params);

/// `Fn` is `std::uint64_t fn(const std::byte *a, const std::byte *b, std::size_t n)`: of a
/// comparison its sign + 1, of a search the index or n, of a test 0 or 1.
template <class Fn> class ScanWorkload final : public bench::Workload {
public:
  ScanWorkload(Fn fn, ScanTable table) : fn_(fn), table_(std::move(table)) {}

  std::uint64_t run(std::uint64_t n) override {
    const Fn fn = fn_;
    const std::byte *const a = table_.a;
    const std::byte *const b = table_.b;
    std::uint64_t sum = 0;
    done_ += n;
    while (n != 0) {
      const std::size_t count = std::min<std::uint64_t>(n, table_.ops.size() - at_);
      const ScanOp *op = table_.ops.data() + at_;
      for (const ScanOp *const end = op + count; op != end; ++op) {
        sum += fn(a + op->at, b + op->at, op->n);
        bench::sink(sum);
      }
      n -= count;
      at_ = at_ + count == table_.ops.size() ? 0 : at_ + count;
    }
    sum_ += sum;
    return sum;
  }

  [[nodiscard]] bench::Verification verify() override {
    const bool right = sum_ == sum_of_answers(table_.answers, done_);
    at_ = 0;
    done_ = 0;
    sum_ = 0;
    return right ? bench::Verification::passed()
                 : bench::Verification::failed("the answers do not add up to those of a byte loop");
  }

private:
  Fn fn_;
  ScanTable table_;
  std::size_t at_ = 0;
  std::uint64_t done_ = 0, sum_ = 0;
};

template <class Fn> [[nodiscard]] bench::Maker scan_maker(Scan scan, Fn fn) {
  return [scan, fn](const bench::Params &params) -> bench::WorkloadPtr {
    return std::make_unique<ScanWorkload<Fn>>(fn, make_scan(scan, params));
  };
}

} // namespace vmperf::memops
