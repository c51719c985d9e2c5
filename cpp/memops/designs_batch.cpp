// Many copies in one call, against a loop over single ones.
#include <cstring>
#include <span>

#include "benches.hpp"
#include "designs.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {
namespace {

// A stretch of the arrays that a caller of a batch holds.
struct Stretch {
  std::span<std::byte> dst;
  std::span<const std::byte> src;
  Offsets dst_off, src_off, n;
};

template <Policy kPolicy> struct PublicBatch {
  void operator()(const Stretch &s) const {
    copy_batch(s.dst, s.src, s.dst_off, s.src_off, s.n, kPolicy);
  }
};

// What copy_batch() does, with the functions of one level.
class LevelBatch {
public:
  explicit LevelBatch(const Ops &table) : table_(&table) {}

  void operator()(const Stretch &s) const {
    const BatchFacts dst =
        table_->check_batch(s.dst_off.data(), s.n.data(), s.n.size(), s.dst.size());
    const BatchFacts src =
        table_->check_batch(s.src_off.data(), s.n.data(), s.n.size(), s.src.size());
    if (dst.bad || src.bad) {
      throw InvalidArgumentError("batch", "an offset", "offset + n within the region");
    }
    constexpr std::size_t kFarBytes = std::size_t{1} << 20U; // as in batch.cpp
    table_->batch_throughput({
        .dst = reinterpret_cast<unsigned char *>(s.dst.data()),
        .src = reinterpret_cast<const unsigned char *>(s.src.data()),
        .dst_bytes = s.dst.size(),
        .src_bytes = s.src.size(),
        .dst_off = s.dst_off.data(),
        .src_off = s.src_off.data(),
        .n = s.n.data(),
        .count = s.n.size(),
        .same_n = dst.same_n,
        .far = s.dst.size() + s.src.size() > kFarBytes,
    });
  }

private:
  const Ops *table_;
};

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
      sum ^= load_word(table_.dst + dst_off_[first - 1]);
    });
    return sum;
  }

private:
  Fn fn_;
  std::size_t batch_;
  std::vector<std::uint64_t> dst_off_, src_off_, n_;
};

template <class Fn> bench::WorkloadPtr make_batches(Fn fn, const bench::Params &params) {
  const std::size_t batch = read_size(params, "batch", 1, kMostOps);
  return std::make_unique<BatchWorkload<Fn>>(fn, make_batch(params), batch);
}

template <class Fn> void run_batches(bench::Design &design, Fn fn) {
  design.runs("memops/batch",
              [fn](const bench::Params &params) { return make_batches(fn, params); });
}

template <class Fn> void run_loop(bench::Design &design, Fn fn) {
  run_batches(design, LoopOver<Fn>{fn});
}

} // namespace

void add_batches(bench::Registry &registry, Designs &designs) {
  run_batches(designs.throughput, PublicBatch<Policy::throughput>());
  run_batches(designs.balanced, PublicBatch<Policy::balanced>());
  run_batches(designs.forward, PublicBatch<Policy::forward>());
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    designs.levels[i]->runs("memops/batch", [level = kLevels[i]](const bench::Params &params) {
      return make_batches(LevelBatch(table_of(level)), params);
    });
  }
  run_loop(registry.design("memops", "loop", "a loop over memops::copy<throughput>"),
           PublicCopy<Policy::throughput>());
  run_loop(designs.naive, NaiveCopy());
  run_loop(designs.libc, Indirect<Ops::Copy>(std::memcpy));
  run_loop(designs.std_copy, StdCopy());
}

} // namespace vmperf::memops
