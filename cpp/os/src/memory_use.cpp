#include "vmperf/os/memory_use.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

namespace vmperf::os {
namespace {

// Opened anew each time: a descriptor that is kept would be the parent's in a forked child.
template <std::size_t Size>
std::string_view read_into(const char *path, std::array<char, Size> &text) noexcept {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return {};
  }
  const ssize_t n = ::read(fd, text.data(), text.size());
  ::close(fd);
  return n <= 0 ? std::string_view{} : std::string_view{text.data(), static_cast<std::size_t>(n)};
}

std::int64_t leading_number(std::string_view text) noexcept {
  const auto first = text.find_first_of("0123456789");
  std::int64_t value = 0;
  if (first != std::string_view::npos) {
    std::from_chars(text.data() + first, text.data() + text.size(), value);
  }
  return value;
}

} // namespace

std::int64_t resident_bytes() noexcept {
  std::array<char, 128> text{};
  const std::string_view line = read_into("/proc/self/statm", text);
  const auto second = line.find(' ');
  static const long page_bytes = ::sysconf(_SC_PAGESIZE);
  return second == std::string_view::npos ? 0 : leading_number(line.substr(second)) * page_bytes;
}

bool reset_peak_resident() noexcept {
  const int fd = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool done = ::write(fd, "5", 1) == 1;
  ::close(fd);
  return done;
}

std::int64_t peak_resident_bytes() noexcept {
  std::array<char, 4096> text{};
  const std::string_view status = read_into("/proc/self/status", text);
  const auto line = status.find("VmHWM:");
  return line == std::string_view::npos ? 0 : leading_number(status.substr(line)) * 1024;
}

std::int64_t process_cpu_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

std::int64_t process_page_faults() noexcept {
  rusage r{};
  ::getrusage(RUSAGE_SELF, &r);
  return r.ru_minflt + r.ru_majflt;
}

int n_threads() noexcept {
  struct stat found{};
  return ::stat("/proc/self/task", &found) == 0 ? static_cast<int>(found.st_nlink) - 2 : 0;
}

} // namespace vmperf::os
