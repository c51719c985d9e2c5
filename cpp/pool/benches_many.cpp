// pool/many: one thread at work on many pools in turn.
#include "vmperf/bench/registry.hpp"

namespace vmperf::pool {
void declare_benches_many(bench::Registry &registry) {
  registry.benchmark("pool/many")
      .designs("pool")
      .summary("one thread takes an item of each of `pools` pools in turn, writes it and frees it: "
               "what it costs to find the thread's own part of a pool among many. A thread has the "
               "parts of 32 pools at hand (shared, thread_local); libc and mimalloc are one "
               "allocator, however many pools")
      .op("one allocation, its first word written and checked, and one deallocation")
      .fooled_by(
          "always in the same order, so that branches and the next pool's lines are foreseen")
      .fooled_by("with many pools their states leave the first-level cache: part of the cost is "
                 "that of memory, in every design but libc and mimalloc")
      .fooled_by("one item is live at a time: a thread's magazines are never full or empty")
      .repeatable()
      .axis("pools", {1, 16, 32, 64, 256, 1024}, 64)
      .axis("item_size_bytes", {16, 64, 256}, 64);
}

} // namespace vmperf::pool
