// From what the recorder left of one process (blocks of each thread, with addresses and ticks) to a
// `.vmt`: blocks in the order of their threads, threads merged by time, addresses to slots.
//   thread 0   [block][block]........[buffer]      a heap of threads by the time of their next
//   thread 1          [block][buffer]              event; a thread holds one block in memory
// O(log threads) an event, some 50 ns; memory for a block a thread and the live blocks' table.
#pragma once

#include <cstdint>
#include <string>

#include "vmperf/trace/ops.hpp"

namespace vmperf::trace {

struct Finished {
  Header header;
  std::uint64_t n_ops;
  std::uint32_t n_slots;
  std::uint32_t n_threads;
  std::uint32_t parent; ///< the process that started this one
  bool forked;          ///< it went on with the memory of its parent
};

/// Reads `stem`.buf and `stem`.rec and writes `output`. What is damaged is left out and counted in
/// lost_ops. OsError where a file cannot be read or written; TraceFormatError where `stem`.buf is
/// no recording.
[[nodiscard]] Finished finish(const std::string &stem, const std::string &output,
                              const std::string &machine);

} // namespace vmperf::trace
