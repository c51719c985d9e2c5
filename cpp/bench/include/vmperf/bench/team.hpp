// Threads that do their shares of a workload's run() together. The calling thread is member 0; the
// others are made once and sleep on a futex between runs, so that they disturb neither another
// design's batch nor a count of instructions. A round begins for all at once: nobody starts before
// the last one is awake.
//
// Where the caller may use at least as many CPUs as there are members, each member keeps to one of
// its own, the caller for the length of run() alone. Else they share what there is, and one that
// waits for another sleeps after a few microseconds.
//
// fork() keeps only the calling thread, and the harness counts instructions in a forked child:
// there the calling thread does all shares by itself, a step of each in turn. A share is therefore
// given as steps: step(member) does some of its work and says how it went.
//
// run() is called by one thread at a time and costs two wake-ups and two changes of affinity.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace vmperf::bench {

enum class Progress : std::uint8_t { some, none, done }; ///< none: it waits for another member

class Team {
public:
  using Step = std::function<Progress(unsigned member)>;

  static constexpr unsigned kMostMembers = 1024;

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

  /// Whether this is a forked child, where no member works while another one does.
  [[nodiscard]] bool takes_turns() const noexcept;

  /// The CPU of each member; empty where there are not enough of them.
  [[nodiscard]] const std::vector<int> &cpus() const noexcept { return cpus_; }

private:
  void stop() noexcept;
  void serve(unsigned member);
  void work(unsigned member) noexcept;
  void work_together();
  void take_turns();
  void fail(const char *what) noexcept;
  [[nodiscard]] int patience() const noexcept;

  unsigned n_members_;
  int process_id_; // of the process that has the threads
  std::vector<int> cpus_;
  std::vector<std::thread> threads_;
  const Step *step_ = nullptr;
  bool ends_ = false;
  std::atomic<bool> failed_{false};
  std::string fault_; // the first failing member's; read when all are done
  alignas(64) std::atomic<std::uint32_t> round_{0};     // wakes
  alignas(64) std::atomic<std::uint32_t> n_missing_{0}; // not awake yet
  alignas(64) std::atomic<std::uint32_t> begun_{0};     // starts
  alignas(64) std::atomic<std::uint32_t> n_working_{0};
};

} // namespace vmperf::bench
