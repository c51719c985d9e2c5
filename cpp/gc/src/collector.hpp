// What a collector is for the heap: space for mutators, collections, and answers for the verifier.
// Virtual, since only slow paths come here. All calls are made with the other mutators standing or
// under the heap's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "arena.hpp"
#include "large.hpp"
#include "pins.hpp"
#include "vmperf/gc/core.hpp"
#include "vmperf/gc/quota.hpp"
#include "weak.hpp"

namespace vmperf::gc {

class Collector {
public:
  Collector(HeapCore &heap, Arena &arena, std::size_t limit_bytes)
      : heap_(heap), arena_(arena), large_(arena), limit_bytes_(limit_bytes) {}
  Collector(const Collector &) = delete;
  Collector &operator=(const Collector &) = delete;
  Collector(Collector &&) = delete;
  Collector &operator=(Collector &&) = delete;
  virtual ~Collector() = default;

  /// Zeroed space for an object of up to 8 KiB, from a new run of the mutator; nullptr where a
  /// collection must come first.
  virtual std::byte *allocate(Mutator &mutator, std::size_t bytes) = 0;
  /// From the run there is, else allocate(): runs are there in slow paths with stress alone.
  virtual std::byte *take(Mutator &mutator, std::size_t bytes) {
    Run &run = mutator.run;
    if (std::cmp_greater_equal(run.limit - run.cursor, bytes)) {
      run.cursor += bytes;
      return run.cursor - bytes;
    }
    return allocate(mutator, bytes);
  }
  /// The same for a larger one.
  virtual std::byte *allocate_large(std::size_t bytes) = 0;
  /// Runs are taken back by the caller before, all of them.
  virtual void collect(Kind kind, Pause &pause) = 0;
  /// The next minor collection leaves nothing in young memory.
  void promote_all_next() noexcept { promote_all_ = true; }
  /// Whether there are objects that collections leave where they are.
  [[nodiscard]] virtual bool can_pin() const noexcept { return true; }
  /// What is due where allocate() or allocate_large() failed.
  [[nodiscard]] virtual Kind due(bool /*large*/) const noexcept { return Kind::major; }
  /// Of a pause target; nullptr without one.
  [[nodiscard]] virtual const std::vector<Decision> *decisions() const noexcept { return nullptr; }
  [[nodiscard]] virtual std::uint64_t used_bytes() const noexcept = 0;

  /// Whether an object may lie here now; for the verifier.
  [[nodiscard]] virtual bool in_use(Ref ref) const noexcept = 0;
  /// After a full collection: whether what is reached at `ref` counts as alive. CorruptionError.
  virtual void check_object(Ref ref, std::size_t bytes, Kind kind) const = 0;
  /// Whether a store of `value` in this slot had to be remembered.
  [[nodiscard]] virtual bool crosses(Ref /*object*/, Ref /*value*/) const noexcept { return false; }
  /// What must hold of such a slot before a collection; false = forgotten.
  [[nodiscard]] virtual bool remembers(Ref /*object*/, const Ref * /*slot*/) { return true; }
  virtual void begin_check() {}

  [[nodiscard]] Arena &arena() noexcept { return arena_; }
  [[nodiscard]] std::size_t limit_bytes() const noexcept { return limit_bytes_; }

  /// All roots, as `visit(Ref &)`; last what a collection adds to: the others keep their order.
  template <class Visit> void for_each_root(Visit visit) {
    for (const Mutator *mutator : heap_.mutators()) {
      for (Ref *slot = mutator->stack_begin(); slot != mutator->top(); ++slot) {
        visit(*slot);
      }
    }
    for (Ref *slot : heap_.global_roots()) {
      visit(*slot);
    }
    for (PinTable::Pin &pin : heap_.pins().pins) {
      visit(pin.object);
    }
    for (Ref &object : heap_.weak_table().due) {
      visit(object);
    }
  }

protected:
  HeapCore &heap_;
  Arena &arena_;
  LargeSpace large_;
  std::size_t limit_bytes_; ///< of what is alive
  bool promote_all_ = false;
};

/// The collector of these options, and the arena for it.
struct Made {
  std::unique_ptr<Arena> arena;
  std::unique_ptr<Collector> collector;
};
[[nodiscard]] Made make_semispace(HeapCore &heap);
[[nodiscard]] Made make_mark_sweep(HeapCore &heap);
[[nodiscard]] Made make_immix(HeapCore &heap);
[[nodiscard]] Made make_generational(HeapCore &heap, BarrierKind barrier);
[[nodiscard]] Made make_sticky(HeapCore &heap);

} // namespace vmperf::gc
