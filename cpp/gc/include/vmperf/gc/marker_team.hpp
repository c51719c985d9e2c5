// Threads that mark together: the caller is number 0, the others sleep (a futex, by
// std::atomic::wait) until run() wakes them. They are started by the first run() that needs them
// and kept. In a forked child, which has no threads but its own, they are started anew.
// run(): one caller at a time; O(members) wake-ups. No exception may leave a member.
#pragma once

#include <cstddef>
#include <memory>

namespace vmperf::gc {

class MarkerTeam {
public:
  using Member = void (*)(void *context, std::size_t number);

  MarkerTeam();
  MarkerTeam(const MarkerTeam &) = delete;
  MarkerTeam &operator=(const MarkerTeam &) = delete;
  MarkerTeam(MarkerTeam &&) = delete;
  MarkerTeam &operator=(MarkerTeam &&) = delete;
  ~MarkerTeam();

  /// Has the threads for so many members there: none is started by run() then. OsError.
  void start(std::size_t members);
  /// Calls member(context, i) for each i below `members`, each in a thread of its own, and returns
  /// when all are done. OsError where a thread cannot be started; nothing has been called then.
  void run(std::size_t members, Member member, void *context);

private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

} // namespace vmperf::gc
