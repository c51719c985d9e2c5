#include "vmperf/os/thread_exit.hpp"

#include <pthread.h>

namespace vmperf::os {

std::uint32_t ThreadExit::key() noexcept {
  std::uint32_t known = key_.load(std::memory_order_acquire);
  if (known != 0) {
    return known;
  }
  pthread_key_t made = 0;
  if (::pthread_key_create(&made, at_exit_) != 0) {
    return 0;
  }
  if (key_.compare_exchange_strong(known, made + 1, std::memory_order_acq_rel)) {
    return made + 1;
  }
  ::pthread_key_delete(made); // another thread was first
  return known;
}

bool ThreadExit::arm(void *value) noexcept {
  const std::uint32_t known = key();
  return known != 0 && ::pthread_setspecific(known - 1, value) == 0;
}

} // namespace vmperf::os
