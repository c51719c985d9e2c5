// Several workers that mark in a full collection: a heap's own ParallelMarker (marker.hpp), made at
// the first collection that is worth it, asleep between collections.
//   worth it   two workers at least: CPUs, and 512 KiB of what is expected to live for each
//   expected   twice what lived last time, never more than is in use
// Where one worker does, or no thread can be started, nothing is done here: MarkTracer marks, which
// has no locked instruction. One collection at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "blocks.hpp"
#include "collector.hpp"
#include "mark.hpp"
#include "phases.hpp"

namespace vmperf::gc {

class MarkTeam {
public:
  /// `blocks` may be null: no lines.
  MarkTeam(const Options &options, Arena &arena, Blocks *blocks);
  MarkTeam(const MarkTeam &) = delete;
  MarkTeam &operator=(const MarkTeam &) = delete;
  MarkTeam(MarkTeam &&) = delete;
  MarkTeam &operator=(MarkTeam &&) = delete;
  ~MarkTeam();

  /// Whether a team is to mark a heap with so much in use: it is there then.
  [[nodiscard]] bool ready(std::uint64_t used_bytes);
  /// Marks all below the roots, and tells `pause` who did. After ready().
  void mark(const std::vector<Ref> &roots, bool arm, Pause &pause);
  /// At the end of a full collection: what it left.
  void lived(std::uint64_t bytes) noexcept { lived_bytes_ = bytes; }

private:
  struct Workers;

  const Options &options_;
  Arena &arena_;
  Blocks *blocks_;
  std::uint64_t lived_bytes_ = ~std::uint64_t{0} / 2, expected_bytes_ = 0;
  std::unique_ptr<Workers> workers_; ///< from the first collection on that is worth it
};

/// Marks from all roots, by the team or by the tracer.
template <bool kArm>
void mark_from_roots(Collector &collector, MarkTeam &team, MarkTracer<kArm> &tracer, Pause &pause) {
  Phases phases;
  if (team.ready(collector.used_bytes())) {
    std::vector<Ref> roots;
    collector.for_each_root([&](const Ref &root) { roots.push_back(root); });
    pause.roots_ns += phases.next();
    team.mark(roots, kArm, pause);
  } else {
    collector.for_each_root([&](const Ref &root) { tracer.visit(root); });
    pause.roots_ns += phases.next();
    tracer.drain();
  }
  pause.mark_ns += phases.next();
}

} // namespace vmperf::gc
