// A heap of a policy: a collector and a barrier, chosen at compile time, so that neither an
// allocation nor a store calls anything on its fast path; with_heap() chooses at run time.
//   Heap<Policy<CollectorKind::gen_immix, BarrierKind::object_log>> heap(options);
//   Mutator mutator(heap);                       one for each thread, destroyed before the heap
//   const TypeId node = heap.types().fixed(2, 0);
//   HandleScope scope(mutator);
//   Handle root(mutator, heap.allocate(mutator, node));
// allocate: an addition and a compare, O(1) but for collections. store: a barrier and a store.
// Indexes are asserted in builds for tests (VMPERF_GC_FAULTS, sanitizers), not tested elsewhere.
// A Ref is good until the next allocation or safepoint; keep it in a Handle.
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "vmperf/gc/barriers.hpp"
#include "vmperf/gc/core.hpp"
#include "vmperf/gc/faults.hpp"

namespace vmperf::gc {

template <CollectorKind kCollector, BarrierKind kBarrier> struct Policy {
  static constexpr CollectorKind collector = kCollector;
  static constexpr BarrierKind barrier = kBarrier;
};

template <class P> class Heap final : public HeapCore {
public:
  using PolicyType = P;

  /// InvalidArgumentError for a field of `options` out of its range; OsError where memory is
  /// refused. Names of collector and barrier in `options` are not read: P holds.
  explicit Heap(const Options &options) : HeapCore(options, P::collector, P::barrier) {}
  ~Heap() = default;

  /// A new object, references null and scalars 0. CapacityError where it does not fit.
  [[gnu::always_inline]] Ref allocate(Mutator &mutator, TypeId type) {
    if (type.bytes <= kLargeBytes) [[likely]] {
      return allocate_small(mutator, type.header, type.bytes);
    }
    return allocate_slow(mutator, type.header, type.bytes);
  }

  /// A new array of `length` null references or zero bytes; up to 2^31 - 1 elements.
  Ref allocate_array(Mutator &mutator, TypeId type, std::uint32_t length) {
    if (length > 0x7FFFFFFFU) {
      throw InvalidArgumentError("length", std::to_string(length), "0 to 2147483647");
    }
    const std::size_t bytes = array_bytes(references_mark(type.header), length);
    const std::uint64_t header = type.header | (std::uint64_t{length} << kSizeShift);
    if (bytes <= kLargeBytes) [[likely]] {
      return allocate_small(mutator, header, bytes);
    }
    return allocate_slow(mutator, header, bytes);
  }

  /// Reference `field` of `object` becomes `value`, remembered as the barrier has it.
  [[gnu::always_inline]] void store(Mutator &mutator, Ref object, std::size_t field, Ref value) {
    check_field(object, field);
    Ref *const slot = references(object_at(base_, object)) + field;
    Barrier<P::barrier>::before(*this, mutator, object, slot, value);
    std::atomic_ref<Ref>(*slot).store(value, std::memory_order_relaxed);
  }

  [[nodiscard]] Ref load(Ref object, std::size_t field) const noexcept {
    check_field(object, field);
    return std::atomic_ref<Ref>(references(object_at(base_, object))[field])
        .load(std::memory_order_relaxed);
  }

  /// Scalars of an object of a fixed type: its last words.
  [[nodiscard]] std::uint64_t *words(Ref object) const noexcept {
    return object_at(base_, object) + 1 + (reference_count(header(object)) + 1) / 2;
  }
  /// Content of a byte array.
  [[nodiscard]] std::byte *bytes(Ref array) const noexcept {
    return reinterpret_cast<std::byte *>(object_at(base_, array) + 1);
  }
  /// Elements of an array.
  [[nodiscard]] std::uint32_t length(Ref array) const noexcept { return size_field(header(array)); }

private:
  // Reads the header, which a store without a barrier does not: not a part of what is measured.
  void check_field([[maybe_unused]] Ref object, [[maybe_unused]] std::size_t field) const noexcept {
    if constexpr (kChecked) {
      assert(object != 0 && field < reference_count(header(object)));
    }
  }

  [[gnu::always_inline]] Ref allocate_small(Mutator &mutator, std::uint64_t header_word,
                                            std::size_t bytes) {
    Run *run = &mutator.run;
    std::size_t taken = bytes;
    if constexpr (P::collector == CollectorKind::mark_sweep) {
      run = &mutator.cells[size_class(bytes)];
      taken = cell_bytes(size_class(bytes));
    }
    std::byte *const object = run->cursor;
    if (std::cmp_greater_equal(run->limit - object, taken)) [[likely]] {
      run->cursor = object + taken;
      *reinterpret_cast<std::uint64_t *>(object) = header_word;
      return ref_of(base_, object);
    }
    return allocate_slow(mutator, header_word, bytes);
  }
};

} // namespace vmperf::gc
