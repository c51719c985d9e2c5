// The loop of a replay: one thread's steps over the table of slots.
//
//   Slot { block, turn }   turn: how many ops of the slot are done; a step waits for its ticket
//
// Unstamped, an op is a switch, the call, and the touching of the block, some 10 instructions
// beside the allocator's (seen in the listing of run_piece<first, false>: the load of the step, a
// jump by kind, the call, one store of the block). null_face() has the same ones.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vmperf/alloc/api/replay.hpp"
#include "vmperf/bench/latency.hpp"

namespace vmperf::alloc {

struct ReplaySlot {
  void *block = nullptr;
  std::atomic<std::uint32_t> turn{0};
};

/// What the threads of a replay share.
struct ReplayShared {
  const ReplayPlan *plan = nullptr;
  const Face *face = nullptr;
  ReplaySettings settings{};
  std::span<ReplaySlot> slots;
  std::int64_t start_resident = 0, start_ns = 0;
  std::vector<MemoryPoint> series;
  std::atomic<bool> abandoned{false}; ///< a thread could not be started: nobody waits for it
};

/// Of one class of ops, in a stamped pass.
struct Stamped {
  double ns_total = 0;      ///< without those of over a millisecond
  std::uint64_t n_long = 0; ///< how many those are
  stats::Histogram latency_ns;
};
using StampedClasses = std::array<Stamped, kOpClasses>;

/// What one thread found.
struct ThreadFigures {
  double ns_total = 0, waited_ns = 0;
  double cpu_ns = 0; ///< of the whole process during unstamped pieces
  std::uint64_t n_failed = 0;
  /// Of a stamped pass alone: its histograms are memory that an unstamped one should not see.
  std::unique_ptr<StampedClasses> classes;
};

/// Does all steps of a thread.
void run_thread(const ThreadPlan &thread, ReplayShared &shared, ThreadFigures &figures);

} // namespace vmperf::alloc
