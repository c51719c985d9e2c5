#include "vmperf/os/process_state.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "files.hpp"
#include "vmperf/os/float_control.hpp"
#include "vmperf/os/memory_use.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::os {
namespace {

constexpr std::array<int, 3> kTimers{ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

bool is_zero(const timeval &time) {
  return time.tv_sec == 0 && time.tv_usec == 0;
}

// A periodic timer that has just expired has nothing left until its signal is taken.
bool is_armed(const itimerval &timer) {
  return !is_zero(timer.it_value) || !is_zero(timer.it_interval);
}

// Real-time signals below SIGRTMIN are the C library's own.
bool is_ours(int signal) {
  return signal != SIGKILL && signal != SIGSTOP && (signal < 32 || signal >= SIGRTMIN);
}

bool same_handler(const struct sigaction &a, const struct sigaction &b) {
  return a.sa_sigaction == b.sa_sigaction && a.sa_flags == b.sa_flags;
}

std::string name_of(int signal) {
  const char *name = ::sigabbrev_np(signal);
  return name == nullptr ? std::to_string(signal) : std::string("SIG") + name;
}

// "VmLck:     123 kB" of /proc/self/status.
std::int64_t read_locked() {
  const FileText file = read_text("/proc/self/status");
  const std::string text = file.text.value_or("");
  const std::size_t at = text.find("VmLck:");
  return at == std::string::npos ? 0 : std::strtoll(text.c_str() + at + 6, nullptr, 10) * 1024;
}

std::vector<int> read_children() {
  const FileText file = read_text("/proc/thread-self/children");
  std::vector<int> found;
  const char *at = file.text ? file.text->c_str() : "";
  for (char *end = nullptr;; at = end) {
    const long id = std::strtol(at, &end, 10);
    if (end == at) {
      break;
    }
    found.push_back(static_cast<int>(id));
  }
  std::ranges::sort(found);
  return found;
}

} // namespace

ProcessState ProcessState::read() {
  ProcessState state;
  state.float_control_ = os::float_control();
  state.cpus_ = allowed_cpus();
  for (std::size_t i = 0; i < kTimers.size(); ++i) {
    ::getitimer(static_cast<__itimer_which_t>(kTimers[i]), &state.timers_[i]);
  }
  for (int signal = 1; std::cmp_less(signal, state.handlers_.size()); ++signal) {
    if (is_ours(signal)) {
      ::sigaction(signal, nullptr, &state.handlers_[static_cast<std::size_t>(signal)]);
    }
  }
  ::pthread_sigmask(SIG_SETMASK, nullptr, &state.blocked_);
  return state;
}

std::vector<std::string> ProcessState::changes_to(const ProcessState &other) const {
  std::vector<std::string> changes;
  if (float_control_ != other.float_control_) {
    changes.emplace_back("floating-point control (rounding, denormals)");
  }
  if (cpus_ != other.cpus_) {
    changes.push_back("CPUs of the thread: " + std::to_string(other.cpus_.size()) + " of " +
                      std::to_string(cpus_.size()));
  }
  for (std::size_t i = 0; i < timers_.size(); ++i) {
    if (is_armed(timers_[i]) != is_armed(other.timers_[i])) {
      changes.emplace_back(is_armed(other.timers_[i]) ? "an interval timer runs"
                                                      : "an interval timer was stopped");
    }
  }
  for (std::size_t signal = 1; signal < handlers_.size(); ++signal) {
    if (!same_handler(handlers_[signal], other.handlers_[signal])) {
      changes.push_back("handler of " + name_of(static_cast<int>(signal)));
    }
  }
  for (int signal = 1; std::cmp_less(signal, handlers_.size()); ++signal) {
    if (sigismember(&blocked_, signal) != sigismember(&other.blocked_, signal)) {
      changes.push_back("blocking of " + name_of(signal));
    }
  }
  return changes;
}

// Timers rest while handlers change: a signal must meet the handler that belongs to it.
void ProcessState::apply() const noexcept {
  const itimerval disarmed{};
  for (const int timer : kTimers) {
    ::setitimer(static_cast<__itimer_which_t>(timer), &disarmed, nullptr);
  }
  for (int signal = 1; std::cmp_less(signal, handlers_.size()); ++signal) {
    if (is_ours(signal)) {
      ::sigaction(signal, &handlers_[static_cast<std::size_t>(signal)], nullptr);
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &blocked_, nullptr);
  for (std::size_t i = 0; i < kTimers.size(); ++i) {
    if (is_armed(timers_[i])) {
      itimerval timer = timers_[i];
      timer.it_value = is_zero(timer.it_value) ? timer.it_interval : timer.it_value;
      ::setitimer(static_cast<__itimer_which_t>(kTimers[i]), &timer, nullptr);
    }
  }
  allow_cpus(cpus_);
  set_float_control(float_control_);
}

Footprint read_footprint() {
  return {.threads = n_threads(),
          .locked_bytes = read_locked(),
          .resident_bytes = resident_bytes(),
          .children = read_children()};
}

void end_children(const std::vector<int> &children) noexcept {
  for (const int child : children) {
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

} // namespace vmperf::os
