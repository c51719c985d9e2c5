// Kernel, libc, and what the kernel permits: performance counters, tracing, address layout.
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "files.hpp"
#include "machine_sections.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"
#include "vmperf/os/step_counter.hpp"

namespace vmperf::os {
namespace {

Fact libc_fact() {
#ifdef __GLIBC__
  std::array<char, 64> text{};
  if (::confstr(_CS_GNU_LIBC_VERSION, text.data(), text.size()) != 0) {
    return text.data();
  }
#endif
  return Unknown{"this C library doesn't tell its version"};
}

Fact distribution_fact() {
  const FileText file = read_text("/etc/os-release");
  if (!file.text) {
    return Unknown{file.reason};
  }
  constexpr std::string_view kKey = "PRETTY_NAME=";
  const auto at = file.text->find(kKey);
  if (at == std::string::npos) {
    return Unknown{"/etc/os-release has no PRETTY_NAME"};
  }
  std::string value = file.text->substr(at + kKey.size());
  value.resize(std::min(value.find('\n'), value.size()));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return value;
}

// "available", or why the kernel refuses the event.
std::string try_event(std::uint32_t type, std::uint64_t config) {
  perf_event_attr attr{};
  attr.type = type;
  attr.size = sizeof(attr);
  attr.config = config;
  attr.disabled = 1;
  attr.exclude_kernel = 1;
  attr.exclude_hv = 1;
  const long fd = ::syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) {
    return std::strerror(errno);
  }
  ::close(static_cast<int>(fd));
  return "available";
}

Facts perf_facts() {
  return {
      {"hardware_cycles", try_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES)},
      {"hardware_instructions", try_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS)},
      {"software", try_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK)},
      {"paranoid", integer_fact("/proc/sys/kernel/perf_event_paranoid")},
  };
}

// Tried, not read off a setting: a few single steps of a forked child, then it is killed.
Fact ptrace_fact() {
  constexpr std::uint64_t kSteps = 4;
  try {
    const StepCount count = count_steps([] {}, {.max_steps = kSteps});
    return count.outcome == StepCount::Outcome::not_permitted ? "not permitted" : "permitted";
  } catch (const OsError &e) {
    return Unknown{e.what()};
  }
}

Fact aslr_fact() {
  const Aslr layout = aslr();
  return layout.known ? Fact(layout.enabled) : Fact(Unknown{layout.reason});
}

} // namespace

Facts os_facts() {
  utsname name{};
  const bool named = ::uname(&name) == 0;
  const std::string reason = "uname failed";
  return {
      {"system", text_or(named ? name.sysname : "", reason)},
      {"kernel", text_or(named ? name.release : "", reason)},
      {"kernel_build", text_or(named ? name.version : "", reason)},
      {"distribution", distribution_fact()},
      {"libc", libc_fact()},
      {"aslr", aslr_fact()},
      {"perf_event_open", perf_facts()},
      {"ptrace", ptrace_fact()},
      {"cpu_quota", cpu_quota_fact()},
  };
}

} // namespace vmperf::os
