#include "vmperf/os/usage.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace vmperf::os {
namespace {

// Field 8 of the first line: "cpu user nice system idle iowait irq softirq steal ..." (proc(5)).
std::int64_t parse_steal(std::string_view line) {
  line = line.substr(0, line.find('\n'));
  for (int field = 0; field < 8; ++field) {
    const auto space = line.find_first_of(' ');
    if (space == std::string_view::npos) {
      return 0;
    }
    line.remove_prefix(line.find_first_not_of(' ', space));
  }
  std::int64_t ticks = 0;
  std::from_chars(line.data(), line.data() + line.size(), ticks);
  return ticks;
}

std::int64_t read_steal() noexcept {
  static const int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
  std::array<char, 256> text{};
  const ssize_t n = fd < 0 ? -1 : pread(fd, text.data(), text.size(), 0);
  return n <= 0 ? 0 : parse_steal({text.data(), static_cast<std::size_t>(n)});
}

} // namespace

Usage read_usage() noexcept {
  rusage r{};
  getrusage(RUSAGE_THREAD, &r);
  return {r.ru_nivcsw, r.ru_minflt + r.ru_majflt, read_steal(), r.ru_nvcsw};
}

} // namespace vmperf::os
