// The benchmarks of copies, moves, fills and batches. Designs: designs*.cpp here and one file each
// in peers.
#include "benches.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::memops {
namespace {

using bench::Value;

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = kKiB * kKiB;

// Functions, as a vector with static storage could throw where nobody catches.
std::vector<Value> all_sizes() {
  return {16, 64, 256, kKiB, 4 * kKiB, 8 * kKiB, 16 * kKiB, 64 * kKiB, kMiB, 8 * kMiB, 64 * kMiB};
}
std::vector<Value> copy_sizes() {
  std::vector<Value> sizes{std::int64_t{0}};
  for (const Value &size : all_sizes()) {
    sizes.push_back(size);
  }
  return sizes;
}
std::vector<Value> usual_sizes() {
  return {64, 4 * kKiB};
}
std::vector<Value> all_modes() {
  return {"throughput", "consume", "dependent"};
}

void declare_copy(bench::Registry &registry) {
  registry.benchmark("memops/copy")
      .summary("copies of one size between pairs of buffers, which lie delta_mod_4096 apart modulo "
               "a page (-1: drawn with each placement); as many pairs as the working set holds, in "
               "random order. mode=consume reads each copy at a random position, mode=dependent "
               "takes the next source address from it")
      .tag("headline")
      .op("one copy of size_bytes")
      .fooled_by("one size all the time: every branch on it is predicted; see memops/copy_mix")
      .fooled_by("mode=throughput never reads a copy: masked stores, which do not forward to "
                 "loads, look their best; report the three modes together")
      .fooled_by("working_set_bytes=0 is one pair, hot in the nearest cache that holds it")
      .fooled_by("a destination a little ahead of the source modulo 4096 costs 'rep movsb', and "
                 "libc above 2 KiB, 20 times the time on current AMD cores: delta_mod_4096=8")
      .fooled_by("page faults and the allocator are outside: the memory is warm")
      .fooled_by("placement=page_end: both buffers end where the next page has no access; one hot "
                 "pair, whatever src_align, delta_mod_4096 and working_set_bytes say")
      .varies("a batch goes on where the last one ended, and changes what is copied")
      .tag("reference")
      .designs("memops")
      .axis("size_bytes", copy_sizes(), usual_sizes())
      .axis("mode", all_modes(), "throughput")
      .axis("delta_mod_4096", {-1, 0, 1, 8, 64, 256, 1024, 2048, 4088}, 2048)
      .axis("src_align", {0, 1, 8, 32, 63}, 0)
      .axis("working_set_bytes", {0, 16 * kKiB, 512 * kKiB, 16 * kMiB, 256 * kMiB}, 0)
      .axis("placement", {"same_arena", "separate_maps", "page_end"}, "same_arena");
}

void declare_copy_mix(bench::Registry &registry) {
  registry.benchmark("memops/copy_mix")
      .summary("32768 copies drawn beforehand from a size distribution of production (Google's, "
               "by fleetbench), any alignment, in arenas that together have working_set_bytes: "
               "the honest headline")
      .tag("headline")
      .op("one copy of the mix")
      .fooled_by("the 32768 draws are replayed: a predictor with room for them would learn them")
      .fooled_by("mode=throughput never reads a copy; report the three modes together")
      .fooled_by("sizes are uniform within a bin of the published histogram (half of mix_0 has "
                 "742 bytes), and what exceeds 4 KiB is at most 8 KiB")
      .fooled_by("loading the draws is part of each op, for every design alike")
      .varies("a batch goes on in the draws where the last one ended")
      .designs("memops")
      .axis("mix", mix_names(), "fleet")
      .axis("mode", all_modes(), all_modes())
      .axis("working_set_bytes", {16 * kKiB, 512 * kKiB, 16 * kMiB}, 16 * kKiB);
}

void declare_move(bench::Registry &registry) {
  registry.benchmark("memops/move")
      .summary("moves within one buffer by shift_bytes, up and back down in turn: ranges overlap "
               "where shift_bytes is less than size_bytes")
      .op("one move of size_bytes")
      .fooled_by("one size and one shift all the time: every branch on them is predicted")
      .fooled_by("each move reads what the one before wrote: small ones measure store forwarding")
      .varies("each move moves what the last one left")
      .designs("memops")
      .axis("size_bytes", all_sizes(), usual_sizes())
      .axis("shift_bytes", {1, 8, 64, 256, 4096, 65536}, 8);
}

void declare_fill(bench::Registry &registry) {
  registry.benchmark("memops/fill")
      .summary("fills of one size with changing bytes or with zero, over as many buffers as the "
               "working set holds, in random order")
      .op("one fill of size_bytes")
      .fooled_by("one size all the time: every branch on it is predicted")
      .fooled_by("working_set_bytes=0 is one buffer, hot; streaming stores pay for cold ones only")
      .fooled_by("nobody reads the destination")
      .fooled_by("byte=zero writes what was there before; past the caches current AMD CPUs write "
                 "zeros at three times the speed of other bytes")
      .varies("each fill has a byte of its own")
      .designs("memops")
      .axis("size_bytes", all_sizes(), usual_sizes())
      .axis("byte", {"changing", "zero"}, "changing")
      .axis("dst_align", {0, 1, 8, 32, 63}, 0)
      .axis("working_set_bytes", {0, 16 * kKiB, 512 * kKiB, 16 * kMiB, 256 * kMiB}, 0);
}

void declare_batch(bench::Registry &registry) {
  std::vector<Value> mixes{"fixed_64", "fixed_256", "fixed_4096"};
  for (const Value &mix : mix_names()) {
    mixes.push_back(mix);
  }
  registry.benchmark("memops/batch")
      .summary("`batch` copies in one call, offsets and sizes in three arrays and all checked "
               "first, against a loop over single copies by the same arrays, unchecked")
      .op("one copy of a batch")
      .fooled_by("fixed sizes: every branch on them is predicted; see the mixes")
      .fooled_by("nobody reads the copies")
      .fooled_by("the 32768 draws are replayed: a predictor with room for them would learn them")
      .varies("a batch goes on in the draws where the last one ended")
      .designs("memops")
      .axis("mix", mixes, {"fixed_256", "fleet"})
      .axis("batch", {16, 1024, 32768}, 1024)
      .axis("working_set_bytes", {16 * kKiB, 512 * kKiB, 16 * kMiB}, 16 * kKiB);
}

} // namespace

void declare_benches(bench::Registry &registry) {
  declare_copy(registry);
  declare_copy_mix(registry);
  declare_move(registry);
  declare_fill(registry);
  declare_batch(registry);
}

} // namespace vmperf::memops
