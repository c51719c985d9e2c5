#include "vmperf/pool/handle_shared_pool.hpp"

#include <string>

#include "vmperf/base/error.hpp"

namespace vmperf::pool {

std::uint64_t HandleSharedPool::allocate() {
  return reinterpret_cast<std::uintptr_t>(pool_.allocate());
}

void HandleSharedPool::deallocate(std::uint64_t handle) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a handle is an address
  void *slot = reinterpret_cast<void *>(static_cast<std::uintptr_t>(handle));
  if (!pool_.is_closed() && !pool_.is_slot(slot)) {
    throw CorruptionError("handle " + std::to_string(handle) +
                          " is not the address of a slot of this pool");
  }
  pool_.deallocate(slot);
}

} // namespace vmperf::pool
