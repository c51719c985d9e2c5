// Rest and end of marking workers: how one waits without burning its core, and how all find out
// that nothing is left.
//
//   active   workers that may hold work. Whoever becomes active does so BEFORE it takes from a
//            deque, and leaves only when its stack, ring and deque are empty: active = 0 says that
//            there is no work anywhere.
//   epoch    moves when work is published while somebody sleeps, and at the end
//
// A worker without work looks around 64 times, then yields 64 times, then sleeps until the epoch
// moves. Sleeper and publisher cannot miss each other: one counts itself in `sleepers` and then
// reads the deques, the other writes its deque and then reads `sleepers`, both by
// read-modify-writes: the later of the two sees what the other did before.
// O(1) each; any number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "vmperf/os/process.hpp"

namespace vmperf::gc {

class MarkRest {
public:
  void begin(std::size_t workers) noexcept {
    active_.store(workers, std::memory_order_relaxed);
    done_.store(false, std::memory_order_relaxed);
  }

  /// Whether somebody could take work: read often, so relaxed.
  [[nodiscard]] bool anyone_idle() const noexcept {
    return idle_.load(std::memory_order_relaxed) != 0;
  }

  /// After work has been published.
  void published() noexcept {
    if (sleepers_.fetch_add(0, std::memory_order_acq_rel) != 0) {
      wake();
    }
  }

  /// Rests until `look()` finds work (true; the caller is active again) or all is done (false).
  /// `seen()` tells cheaply whether there may be work; look() takes it.
  template <class Seen, class Look> bool rest(Seen seen, Look look) {
    idle_.fetch_add(1, std::memory_order_relaxed);
    leave();
    bool found = false;
    for (unsigned tries = 0; !found && !done_.load(std::memory_order_acquire); ++tries) {
      if (seen()) {
        active_.fetch_add(1, std::memory_order_seq_cst);
        found = look();
        if (!found) {
          leave();
        }
        continue;
      }
      wait(tries, seen);
    }
    idle_.fetch_sub(1, std::memory_order_relaxed);
    return found;
  }

private:
  static constexpr unsigned kSpins = 256, kYields = 64;

  void leave() noexcept {
    if (active_.fetch_sub(1, std::memory_order_seq_cst) == 1) {
      done_.store(true, std::memory_order_release);
      wake();
    }
  }
  void wake() noexcept {
    epoch_.fetch_add(1, std::memory_order_seq_cst);
    epoch_.notify_all();
  }
  template <class Seen> void wait(unsigned tries, Seen seen) {
    if (tries < kSpins) {
      os::relax_cpu();
    } else if (tries < kSpins + kYields) {
      std::this_thread::yield();
    } else {
      const std::uint32_t epoch = epoch_.load(std::memory_order_seq_cst);
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      if (!seen() && !done_.load(std::memory_order_seq_cst)) {
        epoch_.wait(epoch, std::memory_order_seq_cst);
      }
      sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

  alignas(128) std::atomic<std::size_t> active_{0};
  alignas(128) std::atomic<std::size_t> idle_{0};
  alignas(128) std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<bool> done_{false};
};

} // namespace vmperf::gc
