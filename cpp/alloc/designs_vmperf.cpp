// Our allocator: through the same function pointers as every other, and as a C++ program has it,
// with the size known to the compiler.
#include <cstddef>
#include <memory>
#include <utility>

#include "vmperf/alloc/allocator.hpp"
#include "vmperf/alloc/api.hpp"
#include "vmperf/alloc/api/pair_workloads.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::alloc {
namespace {

// A misuse ends the process in the drop-in library; a benchmark finds it by its stamps.
void face_free(void *block) noexcept {
  static_cast<void>(Process::try_deallocate(block));
}

void *face_realloc(void *block, std::size_t size) noexcept {
  Misuse misuse = Misuse::none;
  return process().try_reallocate(block, size, misuse);
}

FoundFace open_vmperf(const std::string & /*name*/) {
  Face face;
  face.malloc = [](std::size_t size) { return Process::allocate(size); };
  face.free = face_free;
  face.calloc = [](std::size_t count, std::size_t size) { return process().calloc(count, size); };
  face.realloc = face_realloc;
  face.aligned_alloc = [](std::size_t alignment, std::size_t size) {
    return process().aligned_allocate(alignment, size);
  };
  face.usable_size = [](void *block) { return process().usable_size(block); };
  face.purge = [] { process().purge(); };
  return {.face = face, .reason = {}};
}

template <std::size_t kSize> struct Inlined {
  [[nodiscard, gnu::always_inline]] static void *allocate(std::size_t /*size*/) {
    return process().allocate<kSize>();
  }
  [[gnu::always_inline]] static void deallocate(void *block) { process().deallocate<kSize>(block); }
};

template <template <class> class W, std::size_t... kSizes>
bench::WorkloadPtr make_inlined(const bench::Params &params, std::index_sequence<kSizes...>) {
  const Setup setup = Setup::from(params);
  const Face face = open_face("vmperf");
  bench::WorkloadPtr made;
  ((setup.size_bytes == kSizes ? static_cast<void>(made = std::make_unique<W<Inlined<kSizes>>>(
                                                       face, Inlined<kSizes>{}, setup))
                               : static_cast<void>(0)),
   ...);
  if (made == nullptr) {
    throw UnsupportedError("vmperf_inlined is compiled for sizes of 8, 16, 32, 64, 128 and 256 "
                           "bytes; add yours in cpp/alloc/designs_vmperf.cpp");
  }
  return made;
}

template <template <class> class W> bench::Maker inlined() {
  return [](const bench::Params &params) {
    return make_inlined<W>(params, std::index_sequence<8, 16, 32, 64, 128, 256>{});
  };
}

} // namespace

void declare_designs_vmperf(bench::Registry &registry) {
  add_alloc_design(registry, {.name = "vmperf",
                              .summary = "size classes, all metadata out of the blocks; through "
                                         "function pointers, as the peers are called",
                              .open = open_vmperf});
  registry
      .design("alloc", "vmperf_inlined",
              "the same as a C++ program calls it: inlined, its size a constant")
      .place(1)
      .runs("alloc/small", inlined<SmallWorkload>())
      .runs("alloc/cycle", inlined<CycleWorkload>())
      .runs("alloc/throughput", inlined<BatchWorkload>());
}

} // namespace vmperf::alloc
