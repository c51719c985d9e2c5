// Many copies in one call, against a loop over single ones.
#include <cstring>
#include <utility>

#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/memops/api.hpp"
#include "vmperf/memops/batch.hpp"

namespace vmperf::memops {
namespace {

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
    Batch batch{
        .dst = reinterpret_cast<unsigned char *>(s.dst.data()),
        .src = reinterpret_cast<const unsigned char *>(s.src.data()),
        .dst_bytes = s.dst.size(),
        .src_bytes = s.src.size(),
        .dst_off = s.dst_off.data(),
        .src_off = s.src_off.data(),
        .n = s.n.data(),
        .count = s.n.size(),
        .same_n = false,
        .far = s.dst.size() + s.src.size() > kFarBytes,
    };
    const BatchFacts facts = table_->check_batch(batch);
    if (facts.bad) {
      throw InvalidArgumentError("batch", "an offset", "offset + n within the region");
    }
    batch.same_n = facts.same_n;
    table_->batch_throughput(batch);
  }

private:
  const Ops *table_;
};

} // namespace

void declare_designs_batch(bench::Registry &registry) {
  const char *const id = "memops/batch";
  const auto add = [&registry, id](const char *design, bench::Maker maker) {
    registry.design("memops", design).runs(id, std::move(maker));
  };
  add("throughput", batch_maker(PublicBatch<Policy::throughput>()));
  add("balanced", batch_maker(PublicBatch<Policy::balanced>()));
  add("forward", batch_maker(PublicBatch<Policy::forward>()));
  for_each_level(registry, [id](bench::Design &design, Level level) {
    design.runs(id, late_maker([level] { return batch_maker(LevelBatch(table_of(level))); }));
  });
  registry.design("memops", "loop", "a loop over memops::copy<throughput>")
      .runs(id, loop_maker(PublicCopy<Policy::throughput>()));
  add("naive", loop_maker(NaiveCopy()));
  add("libc", loop_maker(Indirect<Ops::Copy>(std::memcpy)));
  add("std_copy", loop_maker(StdCopy()));
}

} // namespace vmperf::memops
