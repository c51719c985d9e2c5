// The benchmarks of fixed-size pools. Designs: designs.cpp here and one file each in peers.
#include "benches.hpp"
#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {
namespace {

void declare_allocate(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/allocate"))
      .summary(
          "allocate `batch` items in a row from a warm pool, then drop them all. drop=bulk: by "
          "the fastest way the design has (stack: its top moves back; pmr: release()); checked, "
          "intrusive, shared, thread_local, naive, libc, mimalloc and boost_pool have none that is "
          "faster than freeing each item, so that their figure holds the frees. drop=each: every "
          "design frees every item")
      .op("one allocation and its share of the drop")
      .fooled_by(
          "with drop=bulk, allocate is set against allocate + free for designs without a bulk "
          "drop; drop=each is the like-for-like row")
      .fooled_by("items are neither written nor read: see pool/churn")
      .fooled_by("nothing grows and pops come in address order, which prefetchers like")
      .axis("batch", {100, 1000, 10000}, 1000)
      .axis_all("drop", {"bulk", "each"})
      .tag("reference");
}

void declare_cycle(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/cycle"))
      .summary("allocate and deallocate one item of a warm pool; nothing grows")
      .tag("headline")
      .op("one allocation and one deallocation")
      .fooled_by(
          "the same slot every time: caches, store forwarding and thread caches see their best "
          "case, and a vector of pointers looks nearly as good; see pool/churn")
      .fooled_by("the item is neither written nor read")
      .fooled_by(
          "the compiler sees a deallocation and the next allocation together and may pass the slot "
          "on "
          "in a register; with state=local it may drop the stores of the pool's top as well. "
          "state=member is what a pool inside an object gets; boost_pool and pmr can't move and "
          "stay members")
      .axis_all("state", {"local", "member"})
      .axis("capacity", {10, 1000, 100000}, 1000)
      .tag("reference");
}

void declare_churn(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/churn"))
      .summary("`capacity` live items; each op allocates one, writes it and frees another one in "
               "random order: the honest headline")
      .tag("headline")
      .op("one allocation, written, and the deallocation of another item")
      .fooled_by(
          "a permutation replayed as free order gives every item the same lifetime, which is "
          "FIFO: places are drawn independently")
      .fooled_by(
          "the draws are replayed after 4 x capacity ops (at least 4096), and loading them and "
          "the table of live items is part of each op, for every design alike")
      .fooled_by(
          "one free follows each allocation, so the free list stays short: see pool/throughput "
          "with order=random for a long one")
      .axis("capacity", {100, 1000, 10000, 100000}, 1000)
      .axis("touch", {"first", "all"}, "all")
      .axis("order", {"random", "fifo", "lifo"}, "random");
}

void declare_throughput(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/throughput"))
      .summary("a batch of allocations, then a batch of deallocations, on a warm pool")
      .tag("headline")
      .op("one batch: `batch` allocations and as many deallocations")
      .fooled_by("one op is a whole batch: divide by `batch` for a pair")
      .fooled_by("with touch=none no item is written: a user writes what he allocates")
      .fooled_by("the same order of deallocation in every batch, over the same slots")
      .axis("batch", {10, 100, 1000}, 100)
      .axis("touch", {"none", "first", "all"}, "none")
      .axis("order", {"fifo", "lifo", "random"}, "fifo")
      .tag("reference");
}

void declare_sizes(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/sizes"))
      .summary(
          "10 allocations, then 10 deallocations, on pools of growing capacity: should be flat")
      .op("10 allocations and 10 deallocations")
      .fooled_by(
          "a LIFO pool works on the same 10 slots whatever its capacity: flat by construction")
      .fooled_by("libc and mimalloc have no capacity: for them it is how many items were live once")
      .axis_all("capacity", {10, 50, 100, 500, 1000})
      .tag("reference");
}

} // namespace

void declare_benches(bench::Registry &registry) {
  declare_allocate(registry);
  declare_cycle(registry);
  declare_churn(registry);
  declare_throughput(registry);
  declare_sizes(registry);
}

} // namespace vmperf::pool
