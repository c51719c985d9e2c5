// What threads of a heap wait on: one lock, one condition, how many run. Aside, so that the heap's
// header does not include them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace vmperf::gc {

struct World {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t running = 0; ///< mutators that are neither at a safepoint nor parked
};

class WorldLock {
public:
  explicit WorldLock(World &world) : lock_(world.mutex), changed_(&world.changed) {}
  template <class Held> void wait(Held held) { changed_->wait(lock_, held); }

private:
  std::unique_lock<std::mutex> lock_;
  std::condition_variable *changed_;
};

} // namespace vmperf::gc
