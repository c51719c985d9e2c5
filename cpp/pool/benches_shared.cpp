// pool/shared: several threads on one pool.
#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {
void declare_benches_shared(bench::Registry &registry) {
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
