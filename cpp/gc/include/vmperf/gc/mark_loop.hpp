// The hot loop of one marking worker, compiled for each queue, alone or beside others.
//
//   stack --pop--> near the last one? --yes--> scan
//                     | no
//                     v prefetch                         scan: mark each child; first -> stack
//                 [ ring of 16 ] --oldest--> scan
//
// An object is marked when it is found, in a side bitmap that mostly fits a cache, and only its
// body is prefetched: it waits in the ring for as long as a load from memory takes, 16 at a time.
// What lies within two lines behind the last scanned object has been fetched with it, so that it
// skips the ring: heaps in the order of marking cost no detour.
// Budget, one worker, ring, 2-reference objects: 45 instructions an object (objdump), of which a
// locked one per object beside others. Sources: Cher, Hosking and Vitek, "Software Prefetching for
// Mark-Sweep Garbage Collection", ASPLOS 2004; OCaml's marker (runtime/major_gc.c, 4.14).
// One thread a loop; what it shares stands in MarkWorker.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "vmperf/gc/deque.hpp"
#include "vmperf/gc/mark_stack.hpp"
#include "vmperf/gc/marker_options.hpp"

namespace vmperf::gc {

/// What a worker has beside its loop, kept from pass to pass.
struct alignas(128) MarkWorker {
  explicit MarkWorker(std::size_t stack_limit) : stack(stack_limit) {}
  MarkStack stack;
  WorkDeque<std::uint64_t> deque;
  MarkWorkerStats stats;
  std::size_t published = 0; // how much the deque held after the last sharing
  // The marked objects that had no room, by address: nothing where lowest > highest.
  std::uint32_t lowest = ~std::uint32_t{0}, highest = 0;
};

template <class Graph, MarkQueue kQueue, bool kAlone> class MarkLoop {
public:
  using Object = std::uint32_t;

  MarkLoop(Graph &graph, MarkWorker &worker, std::uint64_t chunk)
      : graph_(graph), worker_(worker), chunk_(chunk) {}

  [[nodiscard]] bool empty() const noexcept { return worker_.stack.empty() && waiting_ == 0; }

  /// Marks an object and keeps it to be scanned where that was the first time.
  void visit(Object object) {
    if (kAlone ? graph_.mark_alone(object) : graph_.mark(object)) {
      ++marked_;
      keep(MarkItem::whole(object));
    }
  }
  void keep(MarkItem item) {
    if (!worker_.stack.push(item)) [[unlikely]] {
      worker_.lowest = std::min(worker_.lowest, item.object());
      worker_.highest = std::max(worker_.highest, item.object());
    }
  }

  /// Scans up to `fuel` items; whether nothing is left.
  bool drain(std::uint64_t fuel) {
    std::uint64_t left = fuel;
    while (left != 0) {
      MarkItem item;
      if (!next(item)) {
        break;
      }
      scan(item);
      --left;
    }
    worker_.stats.scanned += fuel - left;
    worker_.stats.marked += marked_;
    marked_ = 0;
    return left != 0;
  }

  /// Scans one object again, for children that had no room: see ParallelMarker.
  void rescan(Object object) {
    const std::uint64_t length = graph_.array_length(object);
    if (length > chunk_) {
      graph_.scan_slice(object, 0, length, [this](Object child) { visit(child); });
    } else {
      graph_.scan(object, [this](Object child) { visit(child); });
    }
  }

private:
  static constexpr std::size_t kRing = 16;
  static constexpr Object kNear = 128 / 8; // references count 8 bytes

  bool next(MarkItem &item) {
    MarkStack &stack = worker_.stack;
    if constexpr (kQueue == MarkQueue::lifo) {
      if (stack.empty()) {
        return false;
      }
      item = stack.pop();
      return true;
    } else if constexpr (kQueue == MarkQueue::fifo) {
      if (stack.empty()) {
        return false;
      }
      graph_.prefetch(stack.ahead(kRing).object());
      item = stack.pop_oldest();
      return true;
    } else {
      return next_by_ring(item);
    }
  }
  bool next_by_ring(MarkItem &item) {
    MarkStack &stack = worker_.stack;
    while (!stack.empty()) {
      const MarkItem newest = stack.pop();
      if (newest.object() - last_ < kNear) {
        item = newest;
        return true;
      }
      graph_.prefetch(newest.object());
      if (waiting_ == kRing) {
        item = ring_[head_];
        ring_[head_] = newest;
        head_ = (head_ + 1) % kRing;
        return true;
      }
      ring_[(head_ + waiting_++) % kRing] = newest;
    }
    if (waiting_ == 0) {
      return false;
    }
    item = ring_[head_];
    head_ = (head_ + 1) % kRing;
    --waiting_;
    return true;
  }

  void scan(MarkItem item) {
    last_ = item.object();
    if (item.is_slice()) [[unlikely]] {
      scan_slice(item);
    } else if (const std::uint64_t length = graph_.array_length(item.object()); length > chunk_)
        [[unlikely]] {
      keep(MarkItem::all_of(item.object(), length, chunk_));
    } else {
      graph_.scan(item.object(), [this](Object child) { visit(child); });
    }
  }
  /// Halves it down to a chunk; the upper halves stay, the largest of them the oldest.
  [[gnu::noinline]] void scan_slice(MarkItem item) {
    const std::uint64_t length = graph_.array_length(item.object());
    while (item.level() != 0) {
      const MarkItem upper = item.upper();
      if (upper.begin(chunk_) < length) {
        keep(upper);
      }
      item = item.lower();
    }
    graph_.scan_slice(item.object(), item.begin(chunk_), std::min(item.end(chunk_), length),
                      [this](Object child) { visit(child); });
  }

  Graph &graph_;
  MarkWorker &worker_;
  std::uint64_t chunk_;
  std::uint64_t marked_ = 0;
  std::size_t head_ = 0, waiting_ = 0;
  Object last_ = 0;
  std::array<MarkItem, kRing> ring_{};
};

} // namespace vmperf::gc
