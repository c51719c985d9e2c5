// The allocator of this process: the C library's, unless another one was put before it, which its
// version then says.
#include <cstdlib>

#include "vmperf/alloc/api.hpp"
#include "vmperf/os/process_allocator.hpp"

namespace vmperf::alloc {
namespace {

FoundFace open_libc(const std::string & /*name*/) {
  return {.face = {.malloc = std::malloc,
                   .free = std::free,
                   .calloc = std::calloc,
                   .realloc = std::realloc,
                   .aligned_alloc = std::aligned_alloc,
                   .usable_size = os::usable_bytes,
                   .purge = os::trim_allocator,
                   .version = os::allocator_version(),
                   .path = os::allocator_path()},
          .reason = {}};
}

} // namespace

void declare_designs_libc(bench::Registry &registry) {
  add_alloc_design(registry, {.name = "libc",
                              .summary = "malloc and free of the C library",
                              .peer = true,
                              .open = open_libc})
      .place(4);
}

} // namespace vmperf::alloc
