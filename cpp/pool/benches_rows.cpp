// The benchmarks of rows of items, of a pool's whole life, and of what statistics and checks cost.
#include "benches.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"

namespace vmperf::pool {
namespace {

constexpr int kLate = 1; // behind pairs, alone and of several threads

void declare_preallocation(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/preallocation").place(kLate))
      .summary(
          "a pool's whole life: make it, make `preallocate` slots ready, allocate `batch` items "
          "and write their first word, free them, drop the pool. 0: none; 50: exhausted half "
          "way, so that the pool grows; 100: enough")
      .op("one pool's life: `batch` pairs and their share of making and growing")
      .fooled_by(
          "what is saved here is growth, not page faults: the C library hands the same warm pages "
          "out in every op. A first touch costs some 250 ns a page, which only a new process sees")
      .fooled_by(
          "libc and mimalloc have nothing to prepare: `preallocate` changes nothing for them; "
          "naive can't grow and is made for the whole batch each time; boost_pool and pmr take "
          "it as the size of the first block, or not at all")
      .fooled_by("checked also makes its live map anew in each op")
      .axis_all("preallocate", {0, 50, 100})
      .axis("batch", {40, 100, 10000}, 100)
      .tag("reference");
}

void declare_bulk(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/bulk").place(kLate))
      .summary("a row of `batch` items is taken and given back: by one call each in stack and "
               "checked; the others have none and loop over single calls")
      .op("one row: `batch` allocations and as many deallocations")
      .fooled_by("no item is touched: see pool/bulk_write")
      .fooled_by("the same row every time, which starts a cache line of the pool's table and comes "
                 "back in its order; where it doesn't start one, the copies take a quarter longer")
      .fooled_by("what one op yields is a row of addresses in memory: it is sunk once, for every "
                 "design, not once per address")
      .axis("batch", {10, 100, 1000}, 100)
      .tag("reference");
}

void declare_bulk_write(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/bulk_write").place(kLate))
      .summary(
          "as pool/bulk, with every item written wholly; plain_stores writes the same bytes to "
          "an array that nobody allocates: the limit of any allocator")
      .op("one row: `batch` allocations, `batch` items written, as many deallocations")
      .fooled_by("the same slots every time, warm in the first-level cache at the default point")
      .fooled_by("the slots of a fresh pool lie in address order; after random frees they don't")
      .axis("batch", {10, 100, 1000}, 100)
      .design("plain_stores", "the same bytes to one plain array, no allocation: the limit",
              workload_maker<PlainStoresWorkload>());
}

void declare_lease(bench::Registry &registry) {
  with_item_size(registry.benchmark("pool/lease").place(kLate))
      .summary("a row of `batch` items: leased, or copied off and back, or taken one by one")
      .op("one row: leased and ended, or `batch` allocations and deallocations")
      .fooled_by(
          "a lease is one step of the top whatever its length: a figure per item says nothing")
      .fooled_by("state=local: as in pool/cycle; bulk and naive stay members")
      .fooled_by("the lease's first address is read, no item is touched")
      .axis_all("state", {"local", "member"})
      .axis("batch", {10, 100, 1000}, 100);
}

void declare_stats_overhead(bench::Registry &registry) {
  registry.benchmark("pool/stats_overhead")
      .place(kLate)
      .designs("pool")
      .summary("what statistics cost: stack derives them from its state, counted also adds up its "
               "operations, silent can't tell anything")
      .op("one pair of allocate and deallocate, or a batch of 100")
      .fooled_by("work=pair uses the same slot every time, in a pool that is a local variable")
      .fooled_by("asking for statistics is not part of the op: it is O(1) and happens outside")
      .repeatable()
      .axis_all("work", {"pair", "batch"})
      .tag("reference")
      .tag("no_naive");
}

void declare_checks(bench::Registry &registry) {
  registry.benchmark("pool/checked")
      .place(kLate)
      .designs("pool")
      .summary("what it costs to test every pointer that is freed: the same slot pair by pair, or "
               "batches of 100")
      .op("one pair of allocate and deallocate, or a batch of 100")
      .fooled_by("all slots lie in one slab: a pointer into another one takes the slower test")
      .fooled_by("no pointer is wrong, so no test ever fails")
      .varies("addresses are in it, which the allocator chooses")
      .axis_all("work", {"pair", "batch"});
}

} // namespace

void declare_benches_rows(bench::Registry &registry) {
  declare_preallocation(registry);
  declare_bulk(registry);
  declare_bulk_write(registry);
  declare_lease(registry);
  declare_stats_overhead(registry);
  declare_checks(registry);
}

} // namespace vmperf::pool
