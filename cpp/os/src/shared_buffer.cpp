#include "vmperf/os/shared_buffer.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vmperf::os {
namespace {

// Opened for a scope, at whose end errno is what it was.
class File {
public:
  File(const char *path, unsigned flags) noexcept
      : fd_(::open(path, static_cast<int>(flags | O_CLOEXEC), 0600)) {}
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  File(File &&) = delete;
  File &operator=(File &&) = delete;
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
    errno = before_;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int before_ = errno;
  int fd_;
};

} // namespace

Identity identity() noexcept {
  return {static_cast<std::uint32_t>(::getpid()), static_cast<std::uint32_t>(::getppid())};
}

Made make_file(const char *path) noexcept {
  const File file(path, unsigned{O_WRONLY} | O_CREAT | O_EXCL);
  if (file.get() >= 0) {
    return Made::made;
  }
  return errno == EEXIST ? Made::exists : Made::failed;
}

void *map_shared(const char *path, std::size_t offset, std::size_t bytes) noexcept {
  const File file(path, O_RDWR);
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
    return nullptr;
  }
  const auto end = static_cast<off_t>(offset + bytes);
  if (info.st_size < end && ::ftruncate(file.get(), end) != 0) {
    return nullptr;
  }
  void *data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(),
                      static_cast<off_t>(offset));
  return data == MAP_FAILED ? nullptr : data;
}

std::size_t bare_page_bytes() noexcept {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace vmperf::os
