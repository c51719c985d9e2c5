#include "vmperf/os/process_allocator.hpp"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "vmperf/os/dynlib.hpp"

namespace vmperf::os {
namespace {

std::string version_of(const std::string &path) {
  // The C library's own malloc lies in the file of its other functions.
  if (path == file_of(::dlsym(RTLD_DEFAULT, "gnu_get_libc_version"))) {
    return std::string("glibc ") + ::gnu_get_libc_version();
  }
  std::error_code failed;
  const std::filesystem::path file = std::filesystem::canonical(path, failed);
  return (failed ? std::filesystem::path(path) : file).filename();
}

} // namespace

std::size_t usable_bytes(void *block) noexcept {
  return ::malloc_usable_size(block);
}

void trim_allocator() noexcept {
  ::malloc_trim(0);
}

const std::string &allocator_path() {
  static const std::string path = file_of(::dlsym(RTLD_DEFAULT, "malloc"));
  return path;
}

const std::string &allocator_version() {
  static const std::string version = version_of(allocator_path());
  return version;
}

} // namespace vmperf::os
