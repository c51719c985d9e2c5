#include "vmperf/os/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "vmperf/base/error.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::os {
namespace {

using Kind = ChildOutcome::Kind;
constexpr int kFinished = 114; // exit code after work() came back; exit(0) inside of it is not that
constexpr std::int64_t kNsPerMs = 1'000'000;

struct Name {
  int signal;
  const char *text;
};
constexpr std::array<Name, 9> kNames{{{SIGSEGV, "SIGSEGV"},
                                      {SIGBUS, "SIGBUS"},
                                      {SIGILL, "SIGILL"},
                                      {SIGFPE, "SIGFPE"},
                                      {SIGABRT, "SIGABRT"},
                                      {SIGTRAP, "SIGTRAP"},
                                      {SIGINT, "SIGINT"},
                                      {SIGTERM, "SIGTERM"},
                                      {SIGKILL, "SIGKILL"}}};
constexpr std::array<int, 7> kReset{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGINT};

[[noreturn]] void run_child(const std::function<void()> &work, pid_t parent) {
  for (const int signal : kReset) { // a crash is told here, not by a handler of the parent's
    std::signal(signal, SIG_DFL);
  }
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no core file
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) {
    ::_exit(1);
  }
  try {
    work();
  } catch (...) { // the caller meets it again in its own process
    ::_exit(kFinished);
  }
  ::_exit(kFinished);
}

// The child holds the other end until it ends, however it ends.
bool ended_within(int descriptor, std::int64_t timeout_ns) {
  const std::int64_t end = now_ns() + timeout_ns;
  while (true) {
    const std::int64_t left_ms =
        (std::max<std::int64_t>(0, end - now_ns()) + kNsPerMs - 1) / kNsPerMs;
    pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
    const int found = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 1000)));
    if (found > 0 || (found < 0 && errno != EINTR)) {
      return true;
    }
    if (now_ns() >= end) {
      return false;
    }
  }
}

ChildOutcome reap(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) { // SIGCHLD is ignored, or somebody else reaped it: nothing is known
      return {.kind = Kind::finished, .code = 0};
    }
  }
  if (WIFSIGNALED(status)) {
    return {.kind = Kind::killed, .code = WTERMSIG(status)};
  }
  const int code = WEXITSTATUS(status);
  return {.kind = code == kFinished ? Kind::finished : Kind::exited, .code = code};
}

} // namespace

std::string ChildOutcome::text() const {
  switch (kind) {
  case Kind::finished:
    return "finished";
  case Kind::exited:
    return "exited with code " + std::to_string(code);
  case Kind::killed: {
    const auto *known = std::ranges::find(kNames, code, &Name::signal);
    return known == kNames.end() ? "killed by signal " + std::to_string(code)
                                 : std::string("killed by ") + known->text;
  }
  case Kind::timed_out:
    return "did not end in time";
  }
  return "?";
}

ChildOutcome run_in_child(const std::function<void()> &work, std::int64_t timeout_ns) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw OsError("pipe2", errno, std::strerror(errno));
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    run_child(work, parent);
  }
  const int error = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw OsError("fork", error, std::strerror(error));
  }
  const bool ended = ended_within(ends[0], timeout_ns);
  ::close(ends[0]);
  if (!ended) {
    ::kill(child, SIGKILL);
  }
  const ChildOutcome outcome = reap(child);
  return ended ? outcome : ChildOutcome{.kind = Kind::timed_out, .code = 0};
}

} // namespace vmperf::os
