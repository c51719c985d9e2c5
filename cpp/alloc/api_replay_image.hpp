// A plan as one piece of memory:
//
//   words    magic, PlanCounts, threads, points
//   threads  of each: steps, tickets, due times, stops (how many), first, last
//   arrays   points: ops, live bytes; of each thread: steps, tickets, due, stops, ids of stops
//
// All in 8-byte words of this machine: the file lives as long as one replay. O(plan); plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vmperf/alloc/api/replay.hpp"

namespace vmperf::alloc {

/// A thread's steps while they are planned.
struct ThreadDraft {
  std::vector<ReplayStep> steps;
  std::vector<std::uint32_t> tickets;
  std::vector<std::uint64_t> due_ns;
  std::vector<std::uint32_t> stops, stop_ids;
  std::uint64_t first = 0, last = 0;
};

struct PlanDraft {
  PlanCounts counts;
  std::vector<ThreadDraft> threads;
  std::vector<std::uint64_t> point_ops, point_live_bytes;
};

struct PlanImage {
  std::shared_ptr<const void> memory;
  std::span<const std::byte> bytes;
};

/// The image of a draft, in a mapping of its own.
[[nodiscard]] PlanImage make_image(const PlanDraft &draft);

} // namespace vmperf::alloc
