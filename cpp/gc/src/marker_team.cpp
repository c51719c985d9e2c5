#include "vmperf/gc/marker_team.hpp"

#include <atomic>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

#include "vmperf/base/error.hpp"
#include "vmperf/os/process.hpp"

namespace vmperf::gc {

// round: moves when there is work, and at the end; left: members that are not done with it
struct MarkerTeam::Shared {
  std::atomic<std::uint32_t> round{0};
  std::atomic<std::size_t> left{0};
  Member member = nullptr;
  void *context = nullptr;
  std::size_t members = 0;
  bool ends = false;
  long process = 0;
  std::vector<std::thread> threads;

  void serve(std::size_t number, std::uint32_t seen) {
    for (;;) {
      round.wait(seen, std::memory_order_acquire);
      seen = round.load(std::memory_order_acquire);
      if (ends) {
        return;
      }
      if (number < members) {
        member(context, number);
      }
      // Each member of the team answers, so that none reads the next round's words too late.
      if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        left.notify_one();
      }
    }
  }
  void advance() {
    round.fetch_add(1, std::memory_order_release);
    round.notify_all();
  }
  void start(std::size_t n) {
    while (threads.size() < n) {
      const std::size_t number = threads.size() + 1;
      const std::uint32_t seen = round.load(std::memory_order_relaxed);
      try {
        threads.emplace_back([this, number, seen] { serve(number, seen); });
      } catch (const std::system_error &e) {
        throw OsError("pthread_create", e.code().value(), e.what());
      }
    }
  }
  void stop() {
    ends = true;
    advance();
    for (std::thread &thread : threads) {
      thread.join();
    }
  }
};

MarkerTeam::MarkerTeam() = default;

MarkerTeam::~MarkerTeam() {
  if (shared_ == nullptr) {
    return;
  }
  if (shared_->process == os::process_id()) {
    shared_->stop();
  } else { // of the parent, which has the threads: nothing to wait for here
    for (std::thread &thread : shared_->threads) {
      thread.detach();
    }
  }
}

void MarkerTeam::start(std::size_t members) {
  if (shared_ != nullptr && shared_->process != os::process_id()) {
    for (std::thread &thread : shared_->threads) {
      thread.detach();
    }
    shared_.reset();
  }
  if (shared_ == nullptr) {
    shared_ = std::make_unique<Shared>();
    shared_->process = os::process_id();
  }
  shared_->start(members - 1);
}

void MarkerTeam::run(std::size_t members, Member member, void *context) {
  start(members);
  shared_->member = member;
  shared_->context = context;
  shared_->members = members;
  shared_->left.store(shared_->threads.size(), std::memory_order_relaxed);
  shared_->advance();
  member(context, 0);
  for (std::size_t left = shared_->left.load(std::memory_order_acquire); left != 0;
       left = shared_->left.load(std::memory_order_acquire)) {
    shared_->left.wait(left, std::memory_order_acquire);
  }
}

} // namespace vmperf::gc
