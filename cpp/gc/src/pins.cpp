// Pinning: what is young is promoted first, since young memory is emptied by moving.
#include "pins.hpp"

#include <string>

#include "parts.hpp"
#include "vmperf/gc/core.hpp"

namespace vmperf::gc {

PinTable &HeapCore::pins() const noexcept {
  return parts_->pins;
}

Ref HeapCore::pin(Mutator &mutator, Ref object) {
  check_process();
  Collector &collector = *parts_->collector;
  if (!collector.can_pin()) {
    throw UnsupportedError("pin: " + options_.collector + " moves every object in every " +
                           "collection; any other collector pins");
  }
  Lock lock(parts_->world);
  const HandleScope scope(mutator);
  const Handle kept(mutator, object);
  wait_while_stopped(lock);
  if (kept.get() == 0 || !collector.in_use(kept.get())) {
    throw InvalidArgumentError("object", std::to_string(object), "a reference to an object");
  }
  if (young(kept.get())) {
    collector.promote_all_next();
    collect_locked(lock, mutator, Kind::minor, Cause::requested);
  }
  parts_->pins.add(kept.get());
  return kept.get();
}

bool HeapCore::drop_pin(Ref object) noexcept {
  const Lock lock(parts_->world);
  return parts_->pins.remove(object);
}

void HeapCore::unpin(Ref object) {
  if (!drop_pin(object)) {
    throw InvalidArgumentError("object", std::to_string(object), "an object that is pinned");
  }
}

} // namespace vmperf::gc
