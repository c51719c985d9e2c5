// An object that stays where it is: for code that holds its address, such as a system call.
//   const Pinned buffer(mutator, array);       // moves now, once, or never again
//   read(file, heap.bytes(buffer.get()), n);   // whatever is allocated or collected meanwhile
// A pinned object is a root, and evacuation leaves its block alone. One that is young is made old
// first: all of young memory is promoted, which is a minor collection, so that no Ref but those in
// Handles is good afterwards. Nested pins of an object count. O(pinned objects), and a collection
// where it was young. Any thread may destroy it.
#pragma once

#include "vmperf/gc/core.hpp"

namespace vmperf::gc {

class Pinned {
public:
  /// As HeapCore::pin(): UnsupportedError with semispace.
  Pinned(Mutator &mutator, Ref object)
      : heap_(&mutator.heap()), object_(heap_->pin(mutator, object)) {}
  Pinned(const Pinned &) = delete;
  Pinned &operator=(const Pinned &) = delete;
  Pinned(Pinned &&) = delete;
  Pinned &operator=(Pinned &&) = delete;
  ~Pinned() { (void)heap_->drop_pin(object_); }

  [[nodiscard]] Ref get() const noexcept { return object_; }

private:
  HeapCore *heap_;
  Ref object_;
};

} // namespace vmperf::gc
