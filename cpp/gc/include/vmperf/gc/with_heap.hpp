// From names to an instantiation: with_heap(options, visitor) makes the heap that the options name
// and returns what visitor(heap) does. A visitor is compiled once for each pair below, so keep it
// small, or pass one that takes a HeapCore & where it does not allocate.
#pragma once

#include <utility>

#include "vmperf/gc/heap.hpp"

namespace vmperf::gc {

namespace with_heap_detail {
template <CollectorKind kCollector, BarrierKind kBarrier, class Visitor>
auto run(const Options &options, Visitor &visitor) {
  Heap<Policy<kCollector, kBarrier>> heap(options);
  return visitor(heap);
}

template <class Visitor>
auto run_generational(const Options &options, BarrierKind barrier, Visitor &visitor) {
  constexpr CollectorKind gen = CollectorKind::gen_immix;
  switch (barrier) {
  case BarrierKind::card:
    return run<gen, BarrierKind::card>(options, visitor);
  case BarrierKind::card_cond:
    return run<gen, BarrierKind::card_cond>(options, visitor);
  case BarrierKind::range_ssb:
    return run<gen, BarrierKind::range_ssb>(options, visitor);
  case BarrierKind::object_log_atomic:
    return run<gen, BarrierKind::object_log_atomic>(options, visitor);
  case BarrierKind::field_log:
    return run<gen, BarrierKind::field_log>(options, visitor);
  default:
    return run<gen, BarrierKind::object_log>(options, visitor);
  }
}
} // namespace with_heap_detail

/// All errors of check(options), and what the visitor throws.
template <class Visitor> auto with_heap(const Options &options, Visitor &&visitor) {
  check(options);
  const BarrierKind barrier = barrier_kind(options);
  switch (collector_kind(options.collector)) {
  case CollectorKind::semispace:
    return with_heap_detail::run<CollectorKind::semispace, BarrierKind::none>(options, visitor);
  case CollectorKind::mark_sweep:
    return with_heap_detail::run<CollectorKind::mark_sweep, BarrierKind::none>(options, visitor);
  case CollectorKind::immix:
    return with_heap_detail::run<CollectorKind::immix, BarrierKind::none>(options, visitor);
  case CollectorKind::sticky_immix:
    if (barrier == BarrierKind::object_log_atomic) {
      return with_heap_detail::run<CollectorKind::sticky_immix, BarrierKind::object_log_atomic>(
          options, visitor);
    }
    return with_heap_detail::run<CollectorKind::sticky_immix, BarrierKind::object_log>(options,
                                                                                       visitor);
  default:
    return with_heap_detail::run_generational(options, barrier, visitor);
  }
}

} // namespace vmperf::gc
