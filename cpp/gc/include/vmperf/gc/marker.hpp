// ParallelMarker: marks all that is reachable from some roots, with 1 to 64 workers.
//
//   roots -> private stack + ring of each worker -> scan, mark children -> stack
//                  | the oldest half, when somebody is idle and the own deque is nearly empty
//                  v
//             Chase-Lev deque  <- stolen from by idle workers; rest and end: mark_rest.hpp
//
// Graph is what is marked; references are 32 bits, 0 for none, in units of 8 bytes by address:
//   bool mark(Object)        marks; true for the first of any number of threads (relaxed is enough)
//   bool mark_alone(Object)  the same where one thread marks
//   void prefetch(Object)    fetches the head of the object that scan() will read
//   uint64 array_length(Object)           references of an array; 0 for any other object
//   void scan(Object, visit)              visit(child) for each reference that is not 0
//   void scan_slice(Object, begin, end, visit)   the same for a part of an array
//   void for_each_marked(lowest, highest, f)     f(object) for all marked, both ends included
// Objects must not change meanwhile. Marks stay from pass to pass: what is marked already is not
// scanned again, so that further roots (ephemerons, finalizers) are further calls of mark().
// O(live objects + references); stacks hold 8 bytes an item. Where a stack is at its limit the
// object is noted, and after the pass one worker scans the noted range for unmarked children until
// none is left: quadratic at worst, but it ends. One mark() at a time; it starts threads once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vmperf/gc/mark_pass.hpp"
#include "vmperf/gc/marker_team.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

template <class Graph> class ParallelMarker {
public:
  using Object = std::uint32_t;

  /// InvalidArgumentError where an option is out of range.
  explicit ParallelMarker(const MarkerOptions &options) : options_(options) {
    options_.check();
    for (std::size_t i = 0; i < options_.workers; ++i) {
      workers_.push_back(std::make_unique<MarkWorker>(options_.stack_limit));
    }
  }

  [[nodiscard]] const MarkerOptions &options() const noexcept { return options_; }

  /// Has the threads there that mark() would start for so many bytes. OsError where they cannot be.
  void start(std::uint64_t live_bytes) { team_.start(options_.started(live_bytes)); }

  /// Marks what is reachable from the roots, 0 among them or not. `live_bytes` says about how much
  /// that is: it decides how many workers are started. OsError where threads cannot be.
  MarkStats mark(Graph &graph, std::span<const Object> roots, std::uint64_t live_bytes) {
    const std::size_t started = options_.started(live_bytes);
    switch (options_.queue) {
    case MarkQueue::lifo:
      return started == 1 ? pass<MarkQueue::lifo, true>(graph, roots, 1)
                          : pass<MarkQueue::lifo, false>(graph, roots, started);
    case MarkQueue::fifo:
      return started == 1 ? pass<MarkQueue::fifo, true>(graph, roots, 1)
                          : pass<MarkQueue::fifo, false>(graph, roots, started);
    case MarkQueue::ring:
      break;
    }
    return started == 1 ? pass<MarkQueue::ring, true>(graph, roots, 1)
                        : pass<MarkQueue::ring, false>(graph, roots, started);
  }

private:
  template <MarkQueue kQueue, bool kAlone>
  MarkStats pass(Graph &graph, std::span<const Object> roots, std::size_t started) {
    const std::int64_t begin = os::now_ns();
    MarkPass<Graph, kQueue, kAlone> work(graph, options_, std::span(workers_).first(started));
    work.add_roots(roots);
    if (started == 1) {
      work.work(0);
    } else {
      team_.run(
          started,
          [](void *context, std::size_t i) {
            static_cast<MarkPass<Graph, kQueue, kAlone> *>(context)->work(i);
          },
          &work);
    }
    MarkStats stats;
    stats.rescans = work.find_dropped();
    for (std::size_t i = 0; i < started; ++i) {
      stats.workers.push_back(workers_[i]->stats);
    }
    stats.ns = os::now_ns() - begin;
    return stats;
  }

  MarkerOptions options_;
  std::vector<std::unique_ptr<MarkWorker>> workers_;
  MarkerTeam team_;
};

} // namespace vmperf::gc
