#include "vmperf/os/preloaded.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace vmperf::os {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10U; // snprintf of doubles wants some

bool write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
  return true;
}

const char *copied(std::string_view found, char *value, std::size_t most) noexcept {
  if (found.size() >= most) {
    return nullptr;
  }
  value[found.copy(value, found.size())] = '\0';
  return value;
}

// Looks at each entry of /proc/self/environ, whatever their lengths, by one small buffer.
class StartedWith {
public:
  StartedWith(std::string_view name, char *value, std::size_t most) noexcept
      : name_(name), value_(value), most_(most) {}

  // Whether the variable has been read whole.
  bool take(char c) noexcept {
    if (c == '\0') {
      const bool whole = matches_ && at_ > name_.size() && at_ - name_.size() - 1 < most_;
      if (whole) {
        value_[at_ - name_.size() - 1] = '\0';
      }
      matches_ = true;
      at_ = 0;
      return whole;
    }
    if (at_ < name_.size()) {
      matches_ = matches_ && c == name_[at_];
    } else if (at_ == name_.size()) {
      matches_ = matches_ && c == '=';
    } else if (const std::size_t place = at_ - name_.size() - 1; matches_ && place < most_) {
      value_[place] = c;
    }
    ++at_;
    return false;
  }

private:
  std::string_view name_;
  char *value_;
  std::size_t most_, at_ = 0;
  bool matches_ = true;
};

const char *from_proc(std::string_view name, char *value, std::size_t most) noexcept {
  const int fd = ::open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return nullptr;
  }
  StartedWith search(name, value, most);
  std::array<char, 4096> text{};
  const char *found = nullptr;
  for (ssize_t n = 1; n > 0 && found == nullptr;) {
    n = ::read(fd, text.data(), text.size());
    for (ssize_t i = 0; i < n && found == nullptr; ++i) {
      found = search.take(text[static_cast<std::size_t>(i)]) ? value : nullptr;
    }
  }
  ::close(fd);
  return found;
}

} // namespace

void *find_symbol(const char *name) noexcept {
  return ::dlsym(RTLD_DEFAULT, name);
}

void *find_next_symbol(const char *name) noexcept {
  return ::dlsym(RTLD_NEXT, name);
}

std::size_t path_of_code(const void *address, char *path, std::size_t most) noexcept {
  Dl_info found{};
  if (most == 0 || ::dladdr(address, &found) == 0 || found.dli_fname == nullptr) {
    return 0;
  }
  const std::string_view name = found.dli_fname;
  const std::size_t n = name.copy(path, most - 1);
  path[n] = '\0';
  return n;
}

const char *started_with(std::string_view name, char *value, std::size_t most) noexcept {
  if (environ == nullptr) {
    return from_proc(name, value, most);
  }
  for (char **entry = environ; *entry != nullptr; ++entry) {
    const std::string_view one = *entry;
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') {
      return copied(*entry + name.size() + 1, value, most);
    }
  }
  return nullptr;
}

std::size_t read_file(const char *path, char *text, std::size_t most) noexcept {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return 0;
  }
  std::size_t done = 0;
  for (ssize_t n = 1; n > 0 && done < most;) {
    n = ::read(fd, text + done, most - done);
    done += n > 0 ? static_cast<std::size_t>(n) : 0;
  }
  ::close(fd);
  return done;
}

bool append_to_file(const char *path, std::string_view text) noexcept {
  const int before = errno;
  constexpr mode_t kMode = 0644;
  const int fd = ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
  const bool done = fd >= 0 && write_all(fd, text);
  if (fd >= 0) {
    ::close(fd);
  }
  errno = before;
  return done;
}

void write_error(std::string_view text) noexcept {
  write_all(STDERR_FILENO, text);
}

bool start_quiet_thread(void (*run)()) noexcept {
  pthread_attr_t how{};
  if (::pthread_attr_init(&how) != 0) {
    return false;
  }
  ::pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&how, kStackBytes);
  sigset_t all{};
  sigset_t before{};
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before); // which the new thread inherits
  pthread_t thread{};
  const int failed = ::pthread_create(
      &thread, &how,
      [](void *start) -> void * {
        reinterpret_cast<void (*)()>(start)();
        return nullptr;
      },
      reinterpret_cast<void *>(run));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&how);
  return failed == 0;
}

void sleep_ns(std::int64_t time_ns) noexcept {
  constexpr std::int64_t kSecond = 1'000'000'000;
  timespec left{.tv_sec = time_ns / kSecond, .tv_nsec = time_ns % kSecond};
  while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

bool at_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) noexcept {
  return ::pthread_atfork(before, in_parent, in_child) == 0;
}

} // namespace vmperf::os
