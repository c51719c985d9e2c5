// What of a heap does not depend on its policy: spaces, roots, threads, records; collections.
//   reservation  [ null | survivors A | nursery | survivors B | blocks of 32 KiB | large objects ]
// Slow paths alone come here; Heap<Policy> (heap.hpp) has the fast ones. Any number of Mutators,
// each of one thread: a collection stops all at their next safepoint.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vmperf/gc/mutator.hpp"
#include "vmperf/gc/object.hpp"
#include "vmperf/gc/options.hpp"
#include "vmperf/gc/pause.hpp"
#include "vmperf/gc/types.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::gc {

class PinTable;
class WeakTable;
class WorldLock;
struct HeapParts;
struct Decision;

using WeakId = std::uint32_t;

class HeapCore {
public:
  HeapCore(const HeapCore &) = delete;
  HeapCore &operator=(const HeapCore &) = delete;
  HeapCore(HeapCore &&) = delete;
  HeapCore &operator=(HeapCore &&) = delete;

  [[nodiscard]] Types &types() noexcept { return types_; }
  [[nodiscard]] const Options &options() const noexcept { return options_; }
  [[nodiscard]] std::byte *base() const noexcept { return base_; }
  [[nodiscard]] std::uint64_t header(Ref object) const noexcept {
    return std::atomic_ref(*object_at(base_, object)).load(std::memory_order_relaxed);
  }

  /// A slot outside the heap that counts as a root until it is removed.
  void add_root(Ref *slot);
  void remove_root(Ref *slot);

  /// Weak references: an entry's target does not live by it, and reads 0 once it is dead.
  [[nodiscard]] WeakId add_weak(Ref target);
  [[nodiscard]] Ref weak(WeakId id) const;
  void remove_weak(WeakId id);
  /// Keeps `value` alive while `key` is, and no longer. Gone with its key.
  void add_ephemeron(Ref key, Ref value);
  /// Has take_finalizable() return `object` once nothing else holds it, once.
  void add_finalizer(Ref object);
  /// The next object whose finalizer is due, or 0.
  [[nodiscard]] Ref take_finalizable();

  /// Keeps an object alive and where it is, until it is unpinned as often; Pinned (pin.hpp) does so
  /// for a scope. Returns where it is: a young one moves before, in a minor collection that
  /// promotes all. UnsupportedError with semispace; InvalidArgumentError for no object, or where a
  /// collection is due within a NoGcScope.
  [[nodiscard]] Ref pin(Mutator &mutator, Ref object);
  /// InvalidArgumentError where it is not pinned.
  void unpin(Ref object);
  /// The same; false where it is not.
  bool drop_pin(Ref object) noexcept;

  /// Collects now. InvalidArgumentError within a NoGcScope of this mutator.
  void collect(Mutator &mutator, Kind kind, Cause cause = Cause::requested);
  /// Checks the whole heap; CorruptionError says what is wrong. Stops the others meanwhile.
  void verify(Mutator &mutator);

  /// Stands still while another thread collects.
  void safepoint(Mutator &mutator) {
    if (stop_.load(std::memory_order_relaxed)) [[unlikely]] {
      safepoint_slow(mutator);
    }
  }
  /// Around what blocks: the thread does not touch the heap, and nobody waits for it.
  void park(Mutator &mutator);
  void unpark(Mutator &mutator);

  [[nodiscard]] const std::vector<Pause> &pauses() const noexcept { return pauses_; }
  void clear_pauses() noexcept { pauses_.clear(); }
  /// What the pause target's controller measured and decided (quota.hpp), one for each pause;
  /// empty without a target.
  [[nodiscard]] const std::vector<Decision> &decisions() const noexcept;
  /// Bytes handed to mutators so far, by whole runs and large objects.
  [[nodiscard]] std::uint64_t allocated_bytes() const;
  /// Bytes of blocks, pages and nursery in use now.
  [[nodiscard]] std::uint64_t used_bytes() const;

  // For barriers and collectors.
  [[nodiscard]] bool young(Ref ref) const noexcept { return ref - young_begin_ < young_units_; }
  [[nodiscard]] unsigned char *cards() const noexcept { return cards_; }
  [[nodiscard]] std::uint64_t *field_bits() const noexcept { return field_bits_; }
  [[nodiscard]] const std::vector<Mutator *> &mutators() const noexcept { return mutators_; }
  [[nodiscard]] const std::vector<Ref *> &global_roots() const noexcept { return roots_; }
  [[nodiscard]] WeakTable &weak_table() const noexcept;
  [[nodiscard]] PinTable &pins() const noexcept;
  [[nodiscard]] std::vector<std::uint32_t> &orphans() noexcept { return orphans_; }

protected:
  HeapCore(Options options, CollectorKind collector, BarrierKind barrier);
  ~HeapCore();
  /// Space for an object, its header written and the rest zero; may collect. CapacityError where a
  /// last collection leaves too little; the heap is as usable as before.
  Ref allocate_slow(Mutator &mutator, std::uint64_t header, std::size_t bytes);

  std::byte *base_ = nullptr;
  Ref young_begin_ = 0, young_units_ = 0;
  std::atomic<bool> stop_{false};
  unsigned char *cards_ = nullptr;
  std::uint64_t *field_bits_ = nullptr;

private:
  friend class Mutator;
  using Lock = WorldLock;

  void attach(Mutator &mutator);
  void detach(Mutator &mutator) noexcept;
  void safepoint_slow(Mutator &mutator);
  void wait_while_stopped(Lock &lock);
  void collect_locked(Lock &lock, Mutator &mutator, Kind kind, Cause cause);
  void run_collection(Kind kind, Pause &pause);
  void stop_others(Lock &lock, Mutator &mutator);
  void resume_others() noexcept;
  void check_process() const;

  Options options_;
  Types types_;
  int process_ = 0;
  std::vector<Mutator *> mutators_;
  std::vector<Ref *> roots_;
  std::vector<Pause> pauses_;
  std::vector<std::uint32_t> orphans_; ///< log entries of mutators that are gone
  std::uint64_t retired_allocated_ = 0, stress_count_ = 0;
  HeapParts *parts_{nullptr}; ///< owned; not a unique_ptr, whose header is a third of this one
};

} // namespace vmperf::gc
