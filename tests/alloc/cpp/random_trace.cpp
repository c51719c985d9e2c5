// A long random trace of all calls against the shadow map, in an arena of its own and in the
// process's; at its end everything is freed and conserved. Usage: random_trace SEED STEPS
#include <vector>

#include "shadow.hpp"

namespace {

using namespace vmperf::alloc;
using shadow::check;
using shadow::Held;

class Trace {
public:
  Trace(Allocator &allocator, std::uint64_t seed, bool checked)
      : allocator_(allocator), map_(allocator), rng_(seed), checked_(checked) {}

  void run(std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) {
      // Waves: build up, tear down.
      const std::uint64_t wave = (i / 5000) % 2 == 0 ? 60 : 40;
      if (rng_.below(100) < wave || held_.empty()) {
        grow();
      } else {
        shrink();
      }
      if (i % 4999 == 0) {
        shadow::check_counts(allocator_, map_.size());
      }
      if (rng_.below(20000) == 0) {
        allocator_.purge();
        shadow::check_counts(allocator_, map_.size());
      }
    }
    while (!held_.empty()) {
      shrink();
    }
    shadow::check_counts(allocator_, 0, 0);
    allocator_.purge();
    shadow::check_counts(allocator_, 0, 0);
    const Stats stats = allocator_.stats();
    for (const ClassStats &one : stats.classes) {
      check(one.capacity == 0, "after a purge no class has blocks");
    }
  }

private:
  std::size_t draw_size() {
    switch (rng_.below(16)) {
    case 0:
      return rng_.below(300'000);
    case 1:
      return rng_.below(40'000);
    case 2:
      return rng_.below(64) == 0 ? rng_.below(3'000'000) : 0;
    case 3:
    case 4:
      return rng_.below(5000);
    default:
      return rng_.below(300);
    }
  }
  void grow() {
    const std::size_t size = draw_size();
    switch (rng_.below(8)) {
    case 0: {
      void *block = allocator_.calloc(1, size);
      for (std::size_t i = 0; i < size; ++i) {
        check(static_cast<std::byte *>(block)[i] == std::byte{0}, "calloc gives zeros");
      }
      held_.push_back(map_.enter(block, size));
      return;
    }
    case 1: {
      const std::size_t alignment = std::size_t{1} << rng_.below(rng_.below(50) == 0 ? 22 : 13);
      held_.push_back(map_.enter(allocator_.aligned_allocate(alignment, size), size, alignment));
      return;
    }
    case 2:
      held_.push_back(map_.enter(allocator_.allocate<64>(), 64));
      return;
    default:
      held_.push_back(map_.enter(allocator_.allocate(size), size));
    }
  }
  void shrink() {
    const std::size_t i = rng_.below(4) == 0 ? held_.size() - 1 : rng_.below(held_.size());
    Held held = held_[i];
    if (rng_.below(4) == 0) {
      map_.leave(held);
      const std::size_t size = rng_.below(2) == 0 ? draw_size() : held.size + rng_.below(64);
      auto *moved = static_cast<std::byte *>(allocator_.reallocate(held.address, size));
      Map::check_stamp({moved, held.size, held.stamp}, std::min(size, held.size));
      held_[i] = map_.enter(moved, size);
      return;
    }
    map_.leave(held);
    if (held.size > 4096 && rng_.below(2) == 0) {
      std::memset(held.address, 0xA5, held.size); // calloc must not take it for zeros
    }
    allocator_.deallocate(held.address);
    held_[i] = held_.back();
    held_.pop_back();
    if (checked_ && rng_.below(16) == 0) {
      check(allocator_.try_deallocate(held.address) == Misuse::double_free, "a double free");
    }
  }

  using Map = shadow::Map;
  Allocator &allocator_;
  Map map_;
  vmperf::CounterRng rng_;
  bool checked_;
  std::vector<Held> held_;
};

} // namespace

int main(int, char **argv) {
  const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t steps = std::strtoull(argv[2], nullptr, 10);
  for (const bool checked : {false, true}) {
    for (const std::int64_t delay : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{4}}) {
      Allocator allocator({.arena_size_bytes = std::size_t{4} << 30U,
                           .purge_delay_ms = delay,
                           .checked = checked,
                           .tags = checked});
      Trace(allocator, seed + static_cast<std::uint64_t>(delay), checked).run(steps);
      for (const TagStats &tag : allocator.stats().tags) {
        check(tag.blocks == 0 && tag.bytes == 0, "no tag has anything left");
      }
    }
  }
  Trace(process(), seed, false).run(steps);
  std::puts("ok");
}
