// A call at the end of each thread that asked for it, later than the destructors of its
// thread-local objects. Unlike those, arming one allocates nothing where keys are few. An object is
// one kind of call; O(1), thread-safe. Source: pthread_key_create(3p).
#pragma once

#include <atomic>
#include <cstdint>

namespace vmperf::os {

class ThreadExit {
public:
  /// `at_exit` gets what the thread armed.
  explicit constexpr ThreadExit(void (*at_exit)(void *)) noexcept : at_exit_(at_exit) {}

  /// Has the calling thread make the call at its end, once; nullptr disarms. False where the
  /// system has no key or memory left. Armed anew from within the call, it comes once more, a few
  /// times at most.
  bool arm(void *value) noexcept;

private:
  std::uint32_t key() noexcept;

  void (*at_exit_)(void *);
  std::atomic<std::uint32_t> key_{0}; // and one; 0 = none yet
};

} // namespace vmperf::os
