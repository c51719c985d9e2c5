// The preset for those who do not want to choose: generations with a copying nursery over a
// mark-region old space, objects logged at their first store, survivors kept in the nursery once,
// the heap sized by its own rates, old space marked in slices so that a pause takes 5 ms.
//   OptimizedGc heap(optimized(std::size_t{64} << 20U));
#pragma once

#include <algorithm>
#include <cstddef>

#include "vmperf/gc/heap.hpp"

namespace vmperf::gc {

using OptimizedGc = Heap<Policy<CollectorKind::gen_immix, BarrierKind::object_log>>;

/// Its options for a heap of so many bytes; the nursery is a sixteenth of it, 1 to 4 MiB at most.
[[nodiscard]] inline Options optimized(std::size_t heap_bytes) {
  constexpr std::size_t kMiB = std::size_t{1} << 20U;
  Options options;
  options.collector = "gen-immix";
  options.barrier = "object-log";
  options.heap_bytes = heap_bytes;
  options.nursery_bytes = std::min(std::clamp(heap_bytes / 16, kMiB, 4 * kMiB), heap_bytes / 8);
  options.tenure = 1;
  options.pacer = "membalancer";
  options.pause_target_ms = 5;
  return options;
}

} // namespace vmperf::gc
