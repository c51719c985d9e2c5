// A stop-watch for the phases of a pause: next() is what has passed since the last call.
// 25 ns a call; one thread.
#pragma once

#include <cstdint>

#include "vmperf/os/clock.hpp"

namespace vmperf::gc {

class Phases {
public:
  std::int64_t next() noexcept {
    const std::int64_t now = os::now_ns();
    const std::int64_t passed = now - last_;
    last_ = now;
    return passed;
  }

private:
  std::int64_t last_ = os::now_ns();
};

} // namespace vmperf::gc
