// pool/shared: several threads on one pool.
#include "designs.hpp"
#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api/shared.hpp"

namespace vmperf::pool {
namespace {

constexpr std::size_t kMostThreads = 1024;
constexpr std::size_t kMostBatch = std::size_t{1} << 20U;

} // namespace

SharedSetup SharedSetup::from(const bench::Params &params) {
  return {
      .item_bytes = params.get_size("item_size_bytes", sizeof(std::uint64_t)),
      .threads = static_cast<unsigned>(params.get_size("threads", 1, kMostThreads)),
      .frees = params.get_choice<Frees>(
          "frees", {{"local", Frees::local}, {"handed_over", Frees::handed_over}}),
      .batch = params.get_size("batch", 1, kMostBatch),
      .magazine_capacity = params.get_size("magazine_capacity", 1),
  };
}

void declare_shared(bench::Registry &registry) {
  registry.benchmark("pool/shared")
      .designs("pool")
      .summary("`threads` threads at work on one pool at once, each in batches: frees=local, "
               "allocate a batch and free it; frees=handed_over, pass it through a bounded ring to "
               "the next thread, which frees it (with one thread, to itself). The calling thread "
               "is the first of them")
      .tag("headline")
      .op("one allocation, its first word written, and one deallocation, that word checked, by "
          "EACH thread: time is wall time until all threads are done; x threads / time = total "
          "throughput")
      .fooled_by("more threads than CPUs take turns: such rows are labelled oversubscribed")
      .fooled_by("two threads on the two halves of one core slow each other down, whatever the "
                 "pool; divide by the row of threads=1")
      .fooled_by("waking the threads is part of each batch of runs, some 10 us of it")
      .fooled_by("frees=handed_over pays for the ring and for moving the items' cache lines, in "
                 "every design alike")
      .fooled_by("a batch below the magazine capacity never leaves the thread's own magazines")
      .fooled_by("instructions are counted in a forked process, where one thread does the work of "
                 "all, without contention; an op is then `threads` pairs")
      .repeatable()
      .axis("threads", {1, 2, 4, 8, 16}, 2)
      .axis_all("frees", {"local", "handed_over"})
      .axis("item_size_bytes", {16, 64, 256, 1024}, 64)
      .axis("batch", {1, 100, 1000}, 100)
      .axis("magazine_capacity", {16, 64, 256}, 64);
}

} // namespace vmperf::pool
