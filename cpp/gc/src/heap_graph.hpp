// A heap's objects as the graph that ParallelMarker marks (marker.hpp says what that must offer).
// What is marked becomes `unlogged` where `arm` says so; its lines are marked when it is scanned,
// those of an array in slices with the first slice. A header is written by the one worker that
// scans its object, while others may read it for the array's other slices: so it is read and
// written as an atomic, without a locked instruction; the mark bit alone takes one, once an object.
// Any number of threads, mutators standing.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "arena.hpp"
#include "blocks.hpp"
#include "vmperf/gc/faults.hpp"

namespace vmperf::gc {

class HeapGraph {
public:
  HeapGraph(Arena &arena, Blocks *blocks, bool arm) : arena_(arena), blocks_(blocks), arm_(arm) {}

  bool mark(Ref ref) noexcept { return !skipped_slot() && arena_.marks.set_shared(ref); }
  bool mark_alone(Ref ref) noexcept { return !skipped_slot() && arena_.marks.set(ref); }
  void prefetch(Ref ref) const noexcept { __builtin_prefetch(arena_.at(ref)); }

  [[nodiscard]] std::uint64_t array_length(Ref ref) const noexcept {
    const std::uint64_t header = header_of(ref);
    return references_mark(header) == kRefArrayMark ? size_field(header) : 0;
  }
  template <class Visit> void scan(Ref ref, Visit visit) {
    const std::uint64_t header = header_of(ref);
    note(ref, header);
    visit_some(ref, 0, reference_count(header), visit);
  }
  template <class Visit>
  void scan_slice(Ref ref, std::uint64_t begin, std::uint64_t end, Visit visit) {
    if (begin == 0) {
      note(ref, header_of(ref));
    }
    visit_some(ref, begin, end, visit);
  }
  template <class Visit> void for_each_marked(Ref lowest, Ref highest, Visit visit) const {
    for (Ref at = lowest / 64 * 64; at <= highest; at += 64) {
      for (std::uint64_t bits = arena_.marks.word(at); bits != 0; bits &= bits - 1) {
        const Ref ref = at + static_cast<Ref>(std::countr_zero(bits));
        if (ref >= lowest && ref <= highest) {
          visit(ref);
        }
      }
    }
  }

private:
  [[nodiscard]] std::uint64_t header_of(Ref ref) const noexcept {
    return std::atomic_ref(arena_.header(ref)).load(std::memory_order_relaxed);
  }
  void note(Ref ref, std::uint64_t header) noexcept {
    if (blocks_ != nullptr && blocks_->holds(ref)) {
      blocks_->mark_lines_shared(ref, object_bytes(header));
    }
    if (arm_ && (header & kUnlogged) == 0) {
      std::atomic_ref(arena_.header(ref)).store(header | kUnlogged, std::memory_order_relaxed);
    }
  }
  template <class Visit>
  void visit_some(Ref ref, std::uint64_t begin, std::uint64_t end, Visit &visit) const {
    const Ref *const slots = references(object_at(arena_.base(), ref));
    for (std::uint64_t i = begin; i < end; ++i) {
      if (slots[i] != 0) {
        visit(slots[i]);
      }
    }
  }

  Arena &arena_;
  Blocks *blocks_;
  bool arm_;
};

} // namespace vmperf::gc
