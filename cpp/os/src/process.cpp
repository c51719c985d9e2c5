#include "vmperf/os/process.hpp"

#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <memory>

#include "files.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::os {
namespace {

[[noreturn]] void fail(const char *call, int code) {
  throw OsError(call, code, std::strerror(code));
}

struct FreeSet {
  void operator()(cpu_set_t *set) const noexcept { CPU_FREE(set); }
};

std::string list_text(const std::vector<int> &cpus) {
  std::vector<std::string> texts;
  texts.reserve(cpus.size());
  for (const int cpu : cpus) {
    texts.push_back(std::to_string(cpu));
  }
  return join(texts, ", ");
}

} // namespace

int process_id() noexcept {
  return ::getpid();
}

void relax_cpu() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void die_with_parent(int parent_pid) {
  const pid_t before = parent_pid != 0 ? parent_pid : ::getppid();
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
    fail("prctl(PR_SET_PDEATHSIG)", errno);
  }
  // A parent that ended before prctl() sends no signal: it shows as another parent by now.
  if (::getppid() != before) {
    ::raise(SIGKILL);
  }
}

std::vector<int> allowed_cpus() {
  // The kernel's mask may be wider than cpu_set_t: grow until it fits.
  for (int width = 1024; width <= 1'048'576; width *= 4) {
    const std::unique_ptr<cpu_set_t, FreeSet> set(CPU_ALLOC(static_cast<std::size_t>(width)));
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(width));
    CPU_ZERO_S(bytes, set.get());
    if (::sched_getaffinity(0, bytes, set.get()) != 0) {
      if (errno == EINVAL) {
        continue;
      }
      fail("sched_getaffinity", errno);
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < width; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) {
        cpus.push_back(cpu);
      }
    }
    return cpus;
  }
  fail("sched_getaffinity", EINVAL);
}

void pin_to_cpu(int cpu) {
  const std::vector<int> allowed = allowed_cpus();
  if (std::ranges::find(allowed, cpu) == allowed.end()) {
    throw InvalidArgumentError("cpu", std::to_string(cpu), "one of " + list_text(allowed));
  }
  if (!allow_cpus({cpu})) {
    fail("sched_setaffinity", errno);
  }
}

bool allow_cpus(const std::vector<int> &cpus) noexcept {
  if (cpus.empty()) {
    return false;
  }
  const auto width = static_cast<std::size_t>(std::ranges::max(cpus)) + 1;
  const std::unique_ptr<cpu_set_t, FreeSet> set(CPU_ALLOC(width));
  if (set == nullptr) {
    return false;
  }
  const std::size_t bytes = CPU_ALLOC_SIZE(width);
  CPU_ZERO_S(bytes, set.get());
  for (const int cpu : cpus) {
    CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set.get());
  }
  return ::sched_setaffinity(0, bytes, set.get()) == 0;
}

PinnedScope::PinnedScope(int cpu) : before_(allowed_cpus()) {
  pin_to_cpu(cpu);
}

PinnedScope::~PinnedScope() {
  allow_cpus(before_); // as before, so that nothing can refuse it but a new cpuset
}

void disable_aslr_after_exec() {
  const int persona = ::personality(0xffffffffU); // 0xffffffff: ask, change nothing
  if (persona == -1 || ::personality(static_cast<unsigned>(persona) | ADDR_NO_RANDOMIZE) == -1) {
    throw UnsupportedError(std::string("personality(ADDR_NO_RANDOMIZE) is refused: ") +
                           std::strerror(errno) + "; a sandbox that permits it would supply it");
  }
}

Aslr aslr() {
  const int persona = ::personality(0xffffffffU); // 0xffffffff: ask, change nothing
  if (persona != -1 && (static_cast<unsigned>(persona) & ADDR_NO_RANDOMIZE) != 0) {
    return {
        .enabled = false, .known = true, .reason = "personality ADDR_NO_RANDOMIZE of this process"};
  }
  const std::string path = "/proc/sys/kernel/randomize_va_space";
  const FileText file = read_text(path);
  const auto level = file.text ? parse_integer(*file.text) : std::nullopt;
  if (!level) {
    return {.enabled = false, .known = false, .reason = path + " can't be read"};
  }
  const char *reason = *level != 0 ? "" : "kernel.randomize_va_space = 0";
  return {.enabled = *level != 0, .known = true, .reason = reason};
}

} // namespace vmperf::os
