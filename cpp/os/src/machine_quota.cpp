// How much CPU time the control groups allow: a throttled process measures its throttling.
// Version 2 keeps "quota period" in cpu.max, version 1 in cpu.cfs_quota_us and cpu.cfs_period_us;
// any ancestor may set a limit, so the least of all counts. Source: Linux
// Documentation/admin-guide/cgroup-v2.rst (CPU) and scheduler/sched-bwc.rst.
#include <algorithm>

#include "files.hpp"
#include "machine_sections.hpp"

namespace vmperf::os {
namespace {

struct Group {
  bool version_2;
  std::string root; ///< where the hierarchy is mounted
  std::string path; ///< of this process's group, "/" or "/a/b"
};

bool names_cpu(std::string_view controllers) {
  const std::string all = ',' + std::string(controllers) + ',';
  return all.find(",cpu,") != std::string::npos;
}

// A line of /proc/self/cgroup is "id:controllers:path"; version 2 is "0::path".
std::optional<Group> parse_group(std::string_view line) {
  const auto first = line.find(':');
  const auto second = line.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view controllers = line.substr(first + 1, second - first - 1);
  std::string path(line.substr(second + 1));
  if (controllers.empty() && line.substr(0, first) == "0") {
    return Group{.version_2 = true, .root = "/sys/fs/cgroup", .path = std::move(path)};
  }
  if (names_cpu(controllers)) {
    return Group{.version_2 = false, .root = "/sys/fs/cgroup/cpu", .path = std::move(path)};
  }
  return std::nullopt;
}

// The number at a position of a file of words; 0 where there is none ("max" too).
double number_at(const std::string &path, std::size_t position) {
  const auto words = split_words(read_text(path).text.value_or(""));
  return position < words.size() ? static_cast<double>(parse_integer(words[position]).value_or(0))
                                 : 0.0;
}

// CPUs' worth of time that one group allows; nothing where it sets no limit (a quota of max or -1).
std::optional<double> limit_of(const Group &group, const std::string &directory) {
  const double quota = group.version_2 ? number_at(directory + "/cpu.max", 0)
                                       : number_at(directory + "/cpu.cfs_quota_us", 0);
  const double period = group.version_2 ? number_at(directory + "/cpu.max", 1)
                                        : number_at(directory + "/cpu.cfs_period_us", 0);
  return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

std::optional<double> least_limit(const Group &group) {
  std::optional<double> least;
  for (std::string path = group.path;; path.resize(path.rfind('/'))) {
    if (const auto limit = limit_of(group, group.root + path)) {
      least = std::min(least.value_or(*limit), *limit);
    }
    if (path.find('/') == std::string::npos) {
      return least;
    }
  }
}

} // namespace

Fact cpu_quota_fact() {
  const FileText own = read_text("/proc/self/cgroup");
  if (!own.text) {
    return Unknown{own.reason};
  }
  std::optional<double> least;
  for (const std::string &line : split_words(*own.text, "\n")) {
    if (const auto group = parse_group(line)) {
      const auto limit = least_limit(*group);
      least = limit ? std::min(least.value_or(*limit), *limit) : least;
    }
  }
  return least ? Fact(*least) : Fact("none");
}

} // namespace vmperf::os
