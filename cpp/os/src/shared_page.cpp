#include "vmperf/os/shared_page.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

void *map_shared(int fd, const std::string &path, std::size_t bytes) {
  struct stat info{};
  if (fstat(fd, &info) != 0) {
    throw OsError("fstat", errno, path + ": " + std::strerror(errno));
  }
  if (std::cmp_less(info.st_size, bytes)) {
    throw OsError("mmap", EINVAL, path + " is shorter than " + std::to_string(bytes) + " bytes");
  }
  void *data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) {
    throw OsError("mmap", errno, path + ": " + std::strerror(errno));
  }
  return data;
}

} // namespace

SharedPage::SharedPage(const std::string &path, std::size_t bytes) : bytes_(bytes) {
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    throw OsError("open", errno, path + ": " + std::strerror(errno));
  }
  try {
    data_ = map_shared(fd, path, bytes);
  } catch (...) {
    close(fd);
    throw;
  }
  close(fd);
}

SharedPage::~SharedPage() {
  munmap(data_, bytes_);
}

} // namespace vmperf::os
