// What a heap owns and does not show in its header.
#pragma once

#include <memory>

#include "arena.hpp"
#include "collector.hpp"
#include "pins.hpp"
#include "weak.hpp"
#include "world.hpp"

namespace vmperf::gc {

struct HeapParts {
  World world;
  WeakTable weak;
  PinTable pins;
  std::unique_ptr<Arena> arena;
  std::unique_ptr<Collector> collector;
};

} // namespace vmperf::gc
