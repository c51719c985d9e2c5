#include "vmperf/bench/team.hpp"

#include <exception>
#include <optional>
#include <string>
#include <system_error>

#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::bench {
namespace {

constexpr int kSpins = 200;         // some 3 us of pauses
constexpr int kSpinsAlone = 20'000; // on a CPU that no other member needs: longer than a wake-up
constexpr int kTriesBeforeYield = 50;

// Until the value is another than `old`.
void wait_for_change(const std::atomic<std::uint32_t> &value, std::uint32_t old,
                     int spins = kSpins) noexcept {
  for (int spin = 0; spin < spins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) {
      return;
    }
    os::relax_cpu();
  }
  value.wait(old, std::memory_order_acquire);
}

void wait_for_zero(const std::atomic<std::uint32_t> &count, int spins) noexcept {
  for (std::uint32_t left = 0; (left = count.load(std::memory_order_acquire)) != 0;) {
    wait_for_change(count, left, spins);
  }
}

void count_down(std::atomic<std::uint32_t> &count) noexcept {
  if (count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    count.notify_one();
  }
}

void advance(std::atomic<std::uint32_t> &number) noexcept {
  number.fetch_add(1, std::memory_order_release);
  number.notify_all();
}

// One for each member, ascending: where a core has two threads, most systems number all cores
// first. Empty where there are too few, or where a sandbox refuses to pin.
std::vector<int> choose_cpus(unsigned n_members) {
  if (n_members == 1) {
    return {};
  }
  try {
    std::vector<int> cpus = os::allowed_cpus();
    if (cpus.size() < n_members) {
      return {};
    }
    cpus.resize(n_members);
    const os::PinnedScope tried(cpus.front());
    return cpus;
  } catch (const OsError &) {
    return {};
  }
}

bool pin(int cpu) noexcept {
  try {
    os::pin_to_cpu(cpu);
    return true;
  } catch (const VmperfError &) {
    return false;
  }
}

} // namespace

Team::Team(unsigned n_members)
    : n_members_(n_members), process_id_(os::process_id()), cpus_(choose_cpus(n_members)) {
  if (n_members < 1 || n_members > kMostMembers) {
    throw InvalidArgumentError("threads", std::to_string(n_members),
                               "1 to " + std::to_string(kMostMembers));
  }
  threads_.reserve(n_members);
  try {
    for (unsigned member = 1; member < n_members; ++member) {
      threads_.emplace_back([this, member] { serve(member); });
    }
  } catch (const std::system_error &e) {
    stop();
    throw OsError("pthread_create", e.code().value(), e.what());
  }
}

Team::~Team() {
  if (!takes_turns()) {
    stop();
    return;
  }
  for (std::thread &thread : threads_) { // of the parent: this process has nothing to wait for
    thread.detach();
  }
}

void Team::stop() noexcept {
  ends_ = true;
  advance(round_);
  for (std::thread &thread : threads_) {
    thread.join();
  }
}

bool Team::takes_turns() const noexcept {
  return process_id_ != os::process_id();
}

int Team::patience() const noexcept {
  return cpus_.empty() ? kSpins : kSpinsAlone;
}

void Team::run(const Step &step) {
  step_ = &step;
  if (takes_turns()) {
    take_turns();
  } else if (n_members_ == 1) {
    work(0);
  } else {
    work_together();
  }
  if (failed_.load(std::memory_order_acquire)) {
    throw VmperfError("a thread of the team failed: " + fault_);
  }
}

void Team::work_together() {
  std::optional<os::PinnedScope> pinned;
  if (!cpus_.empty()) {
    pinned.emplace(cpus_.front());
  }
  n_working_.store(n_members_ - 1, std::memory_order_relaxed);
  n_missing_.store(n_members_ - 1, std::memory_order_relaxed);
  advance(round_);
  wait_for_zero(n_missing_, patience());
  advance(begun_);
  work(0);
  wait_for_zero(n_working_, patience());
}

void Team::serve(unsigned member) {
  if (!cpus_.empty()) {
    static_cast<void>(pin(cpus_[member])); // refused by now: the system places it
  }
  for (std::uint32_t seen = 0;; ++seen) {
    wait_for_change(round_, seen);
    if (ends_) {
      return;
    }
    count_down(n_missing_);
    wait_for_change(begun_, seen, patience());
    work(member);
    count_down(n_working_);
  }
}

void Team::work(unsigned member) noexcept {
  try {
    int idle = 0;
    while (!failed_.load(std::memory_order_relaxed)) {
      const Progress progress = (*step_)(member);
      if (progress == Progress::done) {
        return;
      }
      idle = progress == Progress::none ? idle + 1 : 0;
      if (idle > kTriesBeforeYield) {
        std::this_thread::yield();
      } else if (idle != 0) {
        os::relax_cpu();
      }
    }
  } catch (const std::exception &e) {
    fail(e.what());
  }
}

void Team::take_turns() {
  std::vector<bool> is_done(n_members_, false);
  for (unsigned left = n_members_; left != 0;) {
    for (unsigned member = 0; member < n_members_; ++member) {
      if (!is_done[member] && (*step_)(member) == Progress::done) {
        is_done[member] = true;
        --left;
      }
    }
  }
}

void Team::fail(const char *what) noexcept {
  if (!failed_.exchange(true, std::memory_order_acq_rel)) {
    try {
      fault_ = what;
    } catch (const std::bad_alloc &) {
      fault_.clear();
    }
  }
}

} // namespace vmperf::bench
