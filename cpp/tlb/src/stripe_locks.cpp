// How a writer waits for another one.
#include "vmperf/tlb/stripe_locks.hpp"

#include <thread>

namespace vmperf::tlb {

void detail::wait_for_unlock(const std::atomic<std::uint8_t> &byte) noexcept {
  constexpr int kTurns = 64; // what holds a lock is over in tens of cycles, unless it lost its CPU
  for (int turn = 0; byte.load(std::memory_order_relaxed) != 0; ++turn) {
    if (turn >= kTurns) {
      std::this_thread::yield();
    }
  }
}

} // namespace vmperf::tlb
