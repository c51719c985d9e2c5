#include "vmperf/os/command.hpp"

#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "files.hpp"
#include "vmperf/base/error.hpp"
#include "vmperf/os/child.hpp"
#include "vmperf/os/clock.hpp"

namespace vmperf::os {
namespace {

constexpr int kExecFailed = 127;
constexpr int kNotTraced = 126;

[[noreturn]] void fail(const char *call, int code) {
  throw OsError(call, code, std::strerror(code));
}

// A stream as a file in memory: nobody has to read while the program writes.
class Stream {
public:
  explicit Stream(const char *name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) {
      fail("memfd_create", errno);
    }
  }
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;
  Stream(Stream &&) = delete;
  Stream &operator=(Stream &&) = delete;
  ~Stream() { ::close(fd_); }

  [[nodiscard]] int fd() const noexcept { return fd_; }

  void put(const std::string &text) const {
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
      if (n < 0) {
        fail("write", errno);
      }
      done += static_cast<std::size_t>(n);
    }
    ::lseek(fd_, 0, SEEK_SET);
  }

  [[nodiscard]] std::string text(std::size_t most) const {
    struct stat found{};
    ::fstat(fd_, &found);
    std::string all(std::min(most, static_cast<std::size_t>(found.st_size)), '\0');
    const ssize_t n = ::pread(fd_, all.data(), all.size(), 0);
    all.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return all;
  }

private:
  int fd_;
};

// Everything that exec needs, made before the fork: afterwards only plain system calls are safe.
struct Image {
  explicit Image(const Command &command) : path(find_program(command.argv.at(0))) {
    for (const std::string &word : command.argv) {
      argv.push_back(const_cast<char *>(word.c_str()));
    }
    argv.push_back(nullptr);
    const auto is_replaced = [&command](std::string_view entry) {
      return std::ranges::any_of(command.environment, [entry](const auto &one) {
        return entry.substr(0, entry.find('=')) == one.first;
      });
    };
    for (char **entry = environ; *entry != nullptr; ++entry) {
      if (!is_replaced(*entry)) {
        texts.emplace_back(*entry);
      }
    }
    for (const auto &[name, value] : command.environment) {
      texts.emplace_back(name).append("=").append(value);
    }
    for (std::string &text : texts) {
      environment.push_back(text.data());
    }
    environment.push_back(nullptr);
  }

  std::string path;
  std::vector<char *> argv, environment;
  std::vector<std::string> texts;
};

[[noreturn]] void become(const Image &image, const std::string &folder,
                         const std::array<int, 3> &streams) {
  for (int to = 0; to < 3; ++to) {
    ::dup2(streams[static_cast<std::size_t>(to)], to);
  }
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) {
    ::_exit(kNotTraced); // else the stop would be one that nobody sees
  }
  ::raise(SIGSTOP); // the parent takes over here
  if (folder != "." && ::chdir(folder.c_str()) != 0) {
    ::_exit(kExecFailed);
  }
  ::execve(image.path.c_str(), image.argv.data(), image.environment.data());
  ::_exit(kExecFailed);
}

std::int64_t to_ns(const timeval &t) {
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_usec * 1000;
}

std::int64_t high_water_bytes(pid_t child) {
  const FileText found = read_key("/proc/" + std::to_string(child) + "/status", "VmHWM");
  return found.text ? parse_integer(*found.text).value_or(0) * 1024 : 0;
}

int wait_for(pid_t child, rusage &usage) {
  int status = 0;
  while (::wait4(child, &status, __WALL, &usage) < 0) {
    if (errno != EINTR) {
      fail("wait4", errno);
    }
  }
  return status;
}

bool is_event(int status, unsigned event) {
  return WIFSTOPPED(status) &&
         static_cast<unsigned>(status) >> 8U == (static_cast<unsigned>(SIGTRAP) | (event << 8U));
}

// From the stop before exec to the end; signals on the way are the program's.
void follow(pid_t child, CommandResult &result) {
  rusage usage{};
  if (const int status = wait_for(child, usage); !WIFSTOPPED(status)) {
    throw UnsupportedError("a process may not trace its child here (seccomp, an emulator of "
                           "programs), so that no command can be measured");
  }
  constexpr auto kOptions = static_cast<unsigned>(PTRACE_O_TRACEEXIT) |
                            static_cast<unsigned>(PTRACE_O_TRACEEXEC) |
                            static_cast<unsigned>(PTRACE_O_EXITKILL);
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, kOptions);
  const std::int64_t begin = now_ns();
  for (int signal = 0;;) {
    ::ptrace(PTRACE_CONT, child, nullptr, signal);
    const int status = wait_for(child, usage);
    signal = 0;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      result.wall_ns = result.wall_ns == 0 ? now_ns() - begin : result.wall_ns;
      result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
      break;
    }
    if (is_event(status, PTRACE_EVENT_EXIT)) {
      result.wall_ns = now_ns() - begin;
      result.peak_resident_bytes = high_water_bytes(child);
    } else if (!is_event(status, PTRACE_EVENT_EXEC)) {
      signal = WSTOPSIG(status);
    }
  }
  result.user_ns = to_ns(usage.ru_utime);
  result.system_ns = to_ns(usage.ru_stime);
  result.page_faults = usage.ru_minflt + usage.ru_majflt;
}

bool is_program(const std::string &path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

} // namespace

std::string find_program(const std::string &name) {
  if (name.find('/') != std::string::npos) {
    return is_program(name) ? name : "";
  }
  const char *path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nobody sets it
  for (const std::string &folder : split_words(path == nullptr ? "/usr/bin:/bin" : path, ":")) {
    if (std::string one = join_path(folder, name); !name.empty() && is_program(one)) {
      return one;
    }
  }
  return "";
}

std::string CommandResult::text() const {
  const auto end = error_output.find_last_not_of('\n');
  const auto begin = end == std::string::npos ? end : error_output.find_last_of('\n', end);
  const std::string last =
      end == std::string::npos ? "" : ": " + error_output.substr(begin + 1, end - begin);
  using Kind = ChildOutcome::Kind;
  return signal != 0 ? ChildOutcome{.kind = Kind::killed, .code = signal}.text() + last
                     : ChildOutcome{.kind = Kind::exited, .code = exit_code}.text() + last;
}

CommandResult run_command(const Command &command) {
  if (command.argv.empty() || command.argv[0].empty()) {
    throw InvalidArgumentError("argv", "empty", "the program's name and its arguments");
  }
  const Image image(command);
  if (image.path.empty()) {
    throw OsError("execve " + command.argv[0], ENOENT, "no such program");
  }
  const Stream input("input");
  const Stream output("output");
  const Stream error_output("error");
  input.put(command.input);
  const std::array<int, 3> streams{input.fd(), output.fd(), error_output.fd()};
  const pid_t child = ::fork();
  if (child < 0) {
    fail("fork", errno);
  }
  if (child == 0) {
    become(image, command.folder, streams);
  }
  CommandResult result;
  follow(child, result);
  result.output = output.text(command.most_output_bytes);
  result.error_output = error_output.text(command.most_output_bytes);
  if (result.exit_code == kExecFailed && result.peak_resident_bytes == 0) {
    throw OsError("execve " + image.path, ENOEXEC, "the program could not be started");
  }
  return result;
}

} // namespace vmperf::os
