// How a workload calls an allocator: through the pointers of a face, as every user of a library
// that was loaded at run time does, ours included. A design that is called in another way
// (inlined) has the same members. Used by benches, designs and peers only.
//
// A loop copies its Calls first: the pointers are then in registers, whatever the calls change,
// and an op costs two indirect calls for everyone.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

#include "vmperf/alloc/face.hpp"

namespace vmperf::alloc {

/// What a design is to the loops: copied cheaply, called from any thread.
template <class C>
concept Calls = requires(const C calls, void *block, std::size_t size) {
  { calls.allocate(size) } -> std::same_as<void *>;
  calls.deallocate(block);
};

class FaceCalls {
public:
  explicit FaceCalls(const Face &face) noexcept
      : malloc_(face.malloc), free_(face.free), calloc_(face.calloc) {}

  [[nodiscard, gnu::always_inline]] void *allocate(std::size_t size) const { return malloc_(size); }
  [[nodiscard, gnu::always_inline]] void *allocate_zeroed(std::size_t size) const {
    return calloc_(1, size);
  }
  [[gnu::always_inline]] void deallocate(void *block) const { free_(block); }

private:
  void *(*malloc_)(std::size_t);
  void (*free_)(void *);
  void *(*calloc_)(std::size_t, std::size_t);
};

} // namespace vmperf::alloc
