#include "vmperf/os/preload.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace vmperf::os {
namespace {

class KeptErrno {
public:
  KeptErrno() noexcept : before_(errno) {}
  KeptErrno(const KeptErrno &) = delete;
  KeptErrno &operator=(const KeptErrno &) = delete;
  KeptErrno(KeptErrno &&) = delete;
  KeptErrno &operator=(KeptErrno &&) = delete;
  ~KeptErrno() { errno = before_; }

private:
  int before_;
};

class File {
public:
  File(const char *path, int flags) noexcept : fd_(::open(path, flags | O_CLOEXEC, 0600)) {}
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  File(File &&) = delete;
  File &operator=(File &&) = delete;
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_;
};

} // namespace

void *next_function(const char *name) noexcept {
  return ::dlsym(RTLD_NEXT, name);
}

bool has_environment() noexcept {
  return ::environ != nullptr;
}

const char *environment(const char *name) noexcept {
  return std::getenv(name);
}

Identity identity() noexcept {
  return {static_cast<std::uint32_t>(::getpid()), static_cast<std::uint32_t>(::getppid())};
}

Made make_file(const char *path) noexcept {
  const KeptErrno kept;
  const File file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (file.get() >= 0) {
    return Made::made;
  }
  return errno == EEXIST ? Made::exists : Made::failed;
}

bool append_file(const char *path, const void *data, std::size_t bytes) noexcept {
  const KeptErrno kept;
  const File file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (file.get() < 0) {
    return false;
  }
  ssize_t done = 0;
  do {
    done = ::write(file.get(), data, bytes);
  } while (done < 0 && errno == EINTR);
  return done == static_cast<ssize_t>(bytes);
}

std::size_t read_file(const char *path, char *data, std::size_t bytes) noexcept {
  const KeptErrno kept;
  const File file(path, O_RDONLY);
  std::size_t all = 0;
  while (file.get() >= 0 && all < bytes) {
    const ssize_t n = ::read(file.get(), data + all, bytes - all);
    if (n <= 0) {
      break;
    }
    all += static_cast<std::size_t>(n);
  }
  return all;
}

void *map_file(const char *path, std::size_t offset, std::size_t bytes) noexcept {
  const KeptErrno kept;
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

bool on_fork(void (*child)()) noexcept {
  return ::pthread_atfork(nullptr, nullptr, child) == 0;
}

bool ThreadExit::make(void (*leave)(void *)) noexcept {
  static_assert(sizeof(pthread_key_t) == sizeof(key_));
  return ::pthread_key_create(&key_, leave) == 0;
}

void ThreadExit::arm(void *value) const noexcept {
  ::pthread_setspecific(key_, value);
}

std::size_t page_size() noexcept {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace vmperf::os
