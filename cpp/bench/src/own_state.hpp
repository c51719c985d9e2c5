// Gives each design a process state of its own while its code runs: what it set in an earlier step
// is set again when its next one begins, and taken away when that ends, so that no neighbour's
// figure depends on it. What can't be taken away (threads, children, memory) is noted with the
// design that left it, not with the one that suffers.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vmperf/os/process_state.hpp"

namespace vmperf::bench {

/// Of one design, over all its steps.
struct OwnStates {
  std::optional<os::ProcessState> state; ///< where it differs from the process's
  std::set<std::string> changes;         ///< all that it ever changed, in words
  std::int64_t threads = 0, locked_bytes = 0, resident_bytes = 0; ///< left behind by now
  std::vector<int> children;                                      ///< likewise
};

/// While one step of a design runs.
class OwnState {
public:
  explicit OwnState(OwnStates &own);
  OwnState(const OwnState &) = delete;
  OwnState &operator=(const OwnState &) = delete;
  OwnState(OwnState &&) = delete;
  OwnState &operator=(OwnState &&) = delete;
  ~OwnState();

private:
  void note(const os::ProcessState &now);
  void note(const os::Footprint &now);

  OwnStates &own_;
  os::ProcessState base_;
  os::Footprint before_;
};

/// What the design disturbed and leaves behind once it is dropped, in words; ends its children.
[[nodiscard]] std::vector<std::string> end_own_states(OwnStates &own);

} // namespace vmperf::bench
