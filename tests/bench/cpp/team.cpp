// A team does every share once, begins each round together, keeps to CPUs of its own where there
// are enough, is asleep between rounds, hands on what a member throws, and in a forked child does
// all shares by one thread. Usage: team [no-fork]   (ThreadSanitizer supports no fork of threads)
#include "vmperf/bench/team.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"

using namespace vmperf;
using bench::Progress;
using bench::Team;

namespace {

constexpr unsigned kSizes[] = {1, 2, 5, 16};

void require(bool condition, const std::string &what) {
  if (!condition) {
    std::fprintf(stderr, "failed: %s\n", what.c_str());
    std::exit(1);
  }
}

void every_share_is_done_once() {
  for (const unsigned n : kSizes) {
    Team team(n);
    require(team.size() == n && !team.takes_turns(), "size");
    std::vector<int> steps(n);
    for (int round = 1; round <= 200; ++round) {
      team.run([&](unsigned member) {
        ++steps[member]; // of this member alone
        return steps[member] % 3 == 0 ? Progress::done : Progress::some;
      });
      for (const int done : steps) {
        require(done == 3 * round, "three steps of each member in each round");
      }
    }
  }
}

// No member starts before all are awake, so nobody finishes a share that nobody else shares.
void rounds_begin_together() {
  for (const unsigned n : {2U, 5U}) {
    Team team(n);
    std::atomic<unsigned> n_here{0};
    for (unsigned round = 1; round <= 100; ++round) {
      team.run([&](unsigned) {
        // The last one was awake before the first one came here: all arrive without a wake-up.
        static thread_local unsigned seen = 0;
        if (seen != round) {
          seen = round;
          n_here.fetch_add(1);
        }
        return n_here.load() == n * round ? Progress::done : Progress::none;
      });
      require(n_here.load() == n * round, "all are in the round");
    }
  }
}

void members_keep_to_cpus_of_their_own() {
  const std::vector<int> allowed = os::allowed_cpus();
  for (const unsigned n : kSizes) {
    Team team(n);
    const bool enough = n > 1 && n <= allowed.size();
    require(team.cpus().size() == (enough ? n : 0), "CPUs where there are enough");
    std::vector<std::vector<int>> may_use(n);
    team.run([&](unsigned member) {
      may_use[member] = os::allowed_cpus();
      return Progress::done;
    });
    for (unsigned member = 0; member < n; ++member) {
      require(may_use[member] == (enough ? std::vector{allowed[member]} : allowed), "affinity");
    }
    require(os::allowed_cpus() == allowed, "the caller may go where it could before");
  }
  if (allowed.size() > 1) {
    const os::PinnedScope one(allowed.back());
    Team team(2);
    require(team.cpus().empty(), "two members of one CPU share it");
    require(os::allowed_cpus() == std::vector{allowed.back()}, "pinned for a scope");
  }
  require(os::allowed_cpus() == allowed, "and then no more");
}

// The state of each thread of this process but the calling one, as the kernel names it.
std::string states_of_others() {
  std::string states;
  for (const auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(gettid())) {
      continue;
    }
    std::ifstream file(task.path() / "stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    states += text.substr(text.rfind(')') + 2, 1);
  }
  return states;
}

// What a spinning member would never reach, however busy the machine is.
void members_sleep_between_rounds() {
  for (const unsigned n : {2U, 5U}) {
    Team team(n);
    for (int round = 0; round < 20; ++round) {
      team.run([](unsigned) { return Progress::done; });
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (states_of_others() != std::string(n - 1, 'S')) {
        require(std::chrono::steady_clock::now() < end, "a member is awake: " + states_of_others());
        std::this_thread::yield();
      }
    }
  }
}

void what_a_member_throws_reaches_the_caller(unsigned thrower) {
  Team team(3);
  try {
    team.run([&](unsigned member) -> Progress {
      if (member == thrower) {
        throw std::runtime_error("planted");
      }
      return Progress::none; // for ever, were it not for the one that failed
    });
  } catch (const VmperfError &e) {
    require(std::string(e.what()).find("planted") != std::string::npos, e.what());
    return;
  }
  require(false, "nothing was thrown");
}

void bad_sizes_are_refused() {
  for (const unsigned n : {0U, Team::kMostMembers + 1}) {
    try {
      const Team team(n);
    } catch (const InvalidArgumentError &e) {
      require(e.argument == "threads", "the argument");
      continue;
    }
    require(false, "a team of " + std::to_string(n));
  }
}

// Each member waits for the one before it: turns must go round.
void a_forked_child_does_all_shares() {
  Team team(4);
  team.run([](unsigned) { return Progress::done; });
  const pid_t child = fork();
  if (child == 0) {
    alarm(20); // a hang ends the child
    std::vector<int> steps(4);
    team.run([&](unsigned member) {
      if (member != 3 && steps[member + 1] <= steps[member]) {
        return Progress::none;
      }
      return ++steps[member] == 50 ? Progress::done : Progress::some;
    });
    _exit(team.takes_turns() && steps == std::vector<int>(4, 50) ? 0 : 1);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child, "waitpid");
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child does all shares");
  team.run([](unsigned) { return Progress::done; });
}

} // namespace

int main(int argc, char **) {
  bad_sizes_are_refused();
  every_share_is_done_once();
  rounds_begin_together();
  members_keep_to_cpus_of_their_own();
  for (const unsigned thrower : {0U, 1U, 2U}) {
    what_a_member_throws_reaches_the_caller(thrower);
  }
  if (argc == 1) {
    members_sleep_between_rounds();
    a_forked_child_does_all_shares();
  }
  std::puts("ok");
}
