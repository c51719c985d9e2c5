// The threads behind pool/shared.
#include <exception>
#include <string>
#include <system_error>

#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"
#include "vmperf/pool/api/team.hpp"

namespace vmperf::pool {
namespace {

constexpr unsigned kMostMembers = 1024;
constexpr int kSpins = 200; // some 3 us of pauses
constexpr int kTriesBeforeYield = 50;

// Until the value is another than `old`.
void wait_for_change(const std::atomic<std::uint32_t> &value, std::uint32_t old) noexcept {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) {
      return;
    }
    os::relax_cpu();
  }
  value.wait(old, std::memory_order_acquire);
}

} // namespace

Team::Team(unsigned n_members) : n_members_(n_members), process_id_(os::process_id()) {
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
  if (process_id_ == os::process_id()) {
    stop();
    return;
  }
  for (std::thread &thread : threads_) { // of the parent: this process has nothing to wait for
    thread.detach();
  }
}

void Team::stop() noexcept {
  ends_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread &thread : threads_) {
    thread.join();
  }
}

void Team::run(const Step &step) {
  step_ = &step;
  if (process_id_ != os::process_id()) {
    take_turns();
  } else {
    if (n_members_ != 1) {
      n_working_.store(n_members_ - 1, std::memory_order_relaxed);
      round_.fetch_add(1, std::memory_order_release);
      round_.notify_all();
    }
    work(0);
    for (std::uint32_t left = 0; (left = n_working_.load(std::memory_order_acquire)) != 0;) {
      wait_for_change(n_working_, left);
    }
  }
  if (failed_.load(std::memory_order_acquire)) {
    throw VmperfError("a thread of the team failed: " + fault_);
  }
}

void Team::serve(unsigned member) {
  for (std::uint32_t seen = 0;; ++seen) {
    wait_for_change(round_, seen);
    if (ends_) {
      return;
    }
    work(member);
    if (n_working_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      n_working_.notify_one();
    }
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

} // namespace vmperf::pool
