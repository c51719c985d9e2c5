// Runs a piece of foreign code in a forked child first, to see whether it crashes or never ends
// before this process is trusted to it. The child has a copy of everything and changes nothing
// here; it dies with this process, leaves no core file and resets the handlers of fatal signals, so
// that a crash there is told here and nowhere else. Costs a fork (a millisecond or so). Safe while
// other threads run as far as `work` is: locks that they hold stay held in the child, which then
// shows as timed_out. Sources: fork(2), poll(2), waitpid(2).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace vmperf::os {

struct ChildOutcome {
  enum class Kind : std::uint8_t { finished, exited, killed, timed_out };
  Kind kind;
  int code; ///< of exit when `exited`, of the signal when `killed`

  [[nodiscard]] bool ok() const noexcept { return kind == Kind::finished; }
  /// What happened, in words: "killed by SIGSEGV", "exited with code 3", ...
  [[nodiscard]] std::string text() const;
};

/// Runs `work` in a forked child and waits for it, at most `timeout_ns`; then it is killed. An
/// exception of `work` counts as finished: it will come again in this process. OsError where no
/// child can be made.
[[nodiscard]] ChildOutcome run_in_child(const std::function<void()> &work, std::int64_t timeout_ns);

} // namespace vmperf::os
