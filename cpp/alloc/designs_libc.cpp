// The allocator of this process: the C library's, unless another one was put before it, which its
// version then says.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "vmperf/alloc/api.hpp"
#include "vmperf/os/allocator_in_use.hpp"

namespace vmperf::alloc {
namespace {

// "glibc 2.36", "mimalloc 2.0.9"; the name of the file where it does not say.
std::string version_of(const os::AllocatorInUse &found) {
  const std::string name = found.name == "libc" ? "glibc" : std::string(found.name);
  const std::string version = found.version.data();
  return version.empty() ? std::filesystem::path(found.library.data()).filename().string()
                         : name + " " + version;
}

FoundFace open_libc(const std::string & /*name*/) {
  const os::AllocatorInUse found = os::allocator_in_use();
  return {.face = {.malloc = std::malloc,
                   .free = std::free,
                   .calloc = std::calloc,
                   .realloc = std::realloc,
                   .aligned_alloc = std::aligned_alloc,
                   .usable_size = os::usable_bytes,
                   .purge = os::trim_allocator,
                   .version = version_of(found),
                   .path = found.library.data()},
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
