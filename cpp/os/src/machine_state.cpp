// Frequency control, and what changes by the minute: load, free memory, stolen time.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "files.hpp"
#include "machine_sections.hpp"

namespace vmperf::os {
namespace {

// Of all CPUs: "none" where the kernel steers no frequency, else the distinct governors.
Fact governor_fact() {
  const std::string root = "/sys/devices/system/cpu";
  std::vector<std::string> found;
  bool any_cpu = false;
  for (const std::string &name : list_directory(root, "cpu")) {
    if (!parse_integer(std::string_view(name).substr(3))) {
      continue;
    }
    any_cpu = true;
    const FileText governor = read_text(join_path(root, name + "/cpufreq/scaling_governor"));
    if (governor.text && std::ranges::find(found, *governor.text) == found.end()) {
      found.push_back(*governor.text);
    }
  }
  if (!any_cpu) {
    return Unknown{root + " can't be read"};
  }
  return found.empty() ? "none" : join(found, ", ");
}

// The first line of /proc/stat: cpu user nice system idle iowait irq softirq steal guest
// guest_nice.
void append_cpu_time(Facts &out) {
  constexpr std::size_t kStealField = 8; // guest and guest_nice are within user and nice
  const FileText stat = read_text("/proc/stat");
  const auto words = stat.text ? split_words(stat.text->substr(0, stat.text->find('\n')))
                               : std::vector<std::string>();
  if (words.size() <= kStealField || words.front() != "cpu") {
    const std::string reason = stat.text ? "/proc/stat has no steal column" : stat.reason;
    out.push_back({"cpu_ticks", Unknown{reason}});
    out.push_back({"steal_ticks", Unknown{reason}});
    return;
  }
  std::int64_t total = 0;
  for (std::size_t i = 1; i <= kStealField; ++i) {
    total += parse_integer(words[i]).value_or(0);
  }
  out.push_back({"cpu_ticks", total});
  out.push_back({"steal_ticks", parse_integer(words[kStealField]).value_or(0)});
}

Fact load_fact() {
  std::array<double, 3> load{};
  if (::getloadavg(load.data(), static_cast<int>(load.size())) != static_cast<int>(load.size())) {
    return Unknown{"getloadavg failed: /proc/loadavg can't be read"};
  }
  return list_of(load);
}

} // namespace

Facts power_facts() {
  const std::string root = "/sys/devices/system/cpu/cpu0/cpufreq";
  const std::int64_t khz = 1000;
  return {
      {"governor", governor_fact()},
      {"driver", text_fact(root + "/scaling_driver")},
      {"least_hz", integer_fact(root + "/cpuinfo_min_freq", khz)},
      {"most_hz", integer_fact(root + "/cpuinfo_max_freq", khz)},
      {"boost", text_fact("/sys/devices/system/cpu/cpufreq/boost")},
  };
}

Facts state_facts() {
  Facts out{
      {"load_average", load_fact()},
      {"available_bytes", kib_fact("/proc/meminfo", "MemAvailable")},
      {"numa_bytes", node_memory_facts()},
      {"ticks_per_s", static_cast<std::int64_t>(::sysconf(_SC_CLK_TCK))},
  };
  append_cpu_time(out);
  return out;
}

} // namespace vmperf::os
