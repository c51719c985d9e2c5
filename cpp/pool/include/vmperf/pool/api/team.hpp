// Threads that do their shares of a workload's run() together. The calling thread is member 0; the
// others are made once and wait between runs: they spin for a few microseconds, then sleep on a
// futex, so that more members than CPUs do not keep each other from working.
//
// fork() keeps only the calling thread, and the harness counts instructions in a forked child:
// there the calling thread does all shares by itself, a step of each in turn. A share is therefore
// given as steps: step(member) does some of its work and says how it went.
//
// run() is called by one thread at a time and takes two wake-ups. Used by benches, designs and
// peers only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace vmperf::pool {

enum class Progress : std::uint8_t { some, none, done }; ///< none: it waits for another member

class Team {
public:
  using Step = std::function<Progress(unsigned member)>;

  /// InvalidArgumentError where n_members isn't 1 to 1024, OsError where no thread can be made.
  explicit Team(unsigned n_members);
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;
  Team(Team &&) = delete;
  Team &operator=(Team &&) = delete;
  ~Team();

  /// Every member repeats step(member) until it is done. VmperfError with the message of the first
  /// exception that a member met; the others stop as well, and the team is of no further use.
  void run(const Step &step);

  [[nodiscard]] unsigned size() const noexcept { return n_members_; }

private:
  void stop() noexcept;
  void serve(unsigned member);
  void work(unsigned member) noexcept;
  void take_turns();
  void fail(const char *what) noexcept;

  unsigned n_members_;
  int process_id_; // of the process that has the threads
  std::vector<std::thread> threads_;
  const Step *step_ = nullptr;
  bool ends_ = false;
  std::atomic<bool> failed_{false};
  std::string fault_; // the first failing member's; read when all are done
  alignas(64) std::atomic<std::uint32_t> round_{0};
  alignas(64) std::atomic<std::uint32_t> n_working_{0};
};

} // namespace vmperf::pool
