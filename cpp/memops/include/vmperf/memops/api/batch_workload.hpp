// Batches of copies as workloads: stretches of three arrays, which a design takes whole, or one by
// one in a loop, as callers of a single copy do. verify() repeats the ops on an image: O(bytes).
// Used by benches, designs and peers only; one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/bench/sink.hpp"
#include "vmperf/memops/api/copy_workload.hpp"
#include "vmperf/memops/api/table.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {

/// A stretch of the arrays that a caller of a batch holds.
struct Stretch {
  std::span<std::byte> dst;
  std::span<const std::byte> src;
  Offsets dst_off, src_off, n;
};

/// One by one, unchecked.
template <class Fn> struct LoopOver {
  Fn fn;

  void operator()(const Stretch &s) const {
    const Fn copier = fn;
    std::byte *const dst = s.dst.data();
    const std::byte *const src = s.src.data();
    const std::uint64_t *dst_off = s.dst_off.data();
    const std::uint64_t *src_off = s.src_off.data();
    const std::uint64_t *n = s.n.data();
    for (const std::uint64_t *const end = n + s.n.size(); n != end; ++n, ++dst_off, ++src_off) {
      copier(dst + *dst_off, src + *src_off, *n);
      bench::sink(dst);
    }
  }
};

/// `Fn` is `void fn(const Stretch &)`.
template <class Fn> class BatchWorkload final : public TableWorkload {
public:
  BatchWorkload(Fn fn, CopyTable table, std::size_t batch)
      : TableWorkload(std::move(table)), fn_(fn), batch_(batch) {
    for (const CopyOp &op : table_.ops) {
      dst_off_.push_back(op.dst);
      src_off_.push_back(op.src);
      n_.push_back(op.n);
    }
  }

  std::uint64_t run(std::uint64_t n) override {
    std::uint64_t sum = 0;
    over(n, [&](std::size_t first, std::size_t count) {
      for (const std::size_t end = first + count; first != end;) {
        const std::size_t now = std::min(batch_, end - first);
        fn_(Stretch{
            .dst = {table_.dst, table_.dst_bytes},
            .src = {table_.src, table_.src_bytes},
            .dst_off = Offsets(dst_off_).subspan(first, now),
            .src_off = Offsets(src_off_).subspan(first, now),
            .n = Offsets(n_).subspan(first, now),
        });
        first += now;
      }
      bench::sink(table_.dst);
      sum += load_word(table_.dst + dst_off_[first - 1]);
    });
    return sum;
  }

private:
  Fn fn_;
  std::size_t batch_;
  std::vector<std::uint64_t> dst_off_, src_off_, n_;
};

template <class Fn> [[nodiscard]] bench::Maker batch_maker(Fn fn) {
  return [fn](const bench::Params &params) -> bench::WorkloadPtr {
    const std::size_t batch = params.get_size("batch", 1, kMostOps);
    return std::make_unique<BatchWorkload<Fn>>(fn, make_batch(params), batch);
  };
}

/// Of a function that copies once: `void fn(void *dst, const void *src, std::size_t n)`.
template <class Fn> [[nodiscard]] bench::Maker loop_maker(Fn fn) {
  return batch_maker(LoopOver<Fn>{fn});
}

} // namespace vmperf::memops
