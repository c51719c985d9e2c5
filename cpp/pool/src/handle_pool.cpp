#include "vmperf/pool/handle_pool.hpp"

#include <algorithm>
#include <string>

#include "vmperf/base/error.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::pool {
namespace {

std::variant<RawStackPool, RawCheckedPool> make_pool(std::size_t item_bytes, std::size_t capacity,
                                                     std::size_t align, bool checked) {
  if (checked) {
    return RawCheckedPool(item_bytes, align, capacity);
  }
  return RawStackPool(item_bytes, align, capacity);
}

} // namespace

HandlePool::HandlePool(std::size_t item_bytes, std::size_t capacity, std::size_t align,
                       bool checked)
    : pool_(make_pool(item_bytes, capacity, align, checked)),
      shape_(SlotShape::checked(item_bytes, align)) {}

std::uint64_t HandlePool::allocate() {
  return std::visit([](auto &pool) { return reinterpret_cast<std::uintptr_t>(pool.allocate()); },
                    pool_);
}

void HandlePool::deallocate(std::uint64_t handle) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a handle is an address
  void *slot = reinterpret_cast<void *>(static_cast<std::uintptr_t>(handle));
  if (auto *checked = std::get_if<RawCheckedPool>(&pool_)) {
    checked->deallocate(slot);
    return;
  }
  auto &pool = std::get<RawStackPool>(pool_);
  static_cast<void>(pool.stats()); // refuses where the pool is closed
  if (pool.live() == 0 || slot == nullptr) {
    throw CorruptionError("handle " + std::to_string(handle) +
                          " is not live: no slot of the pool is, or it is 0");
  }
  pool.deallocate(slot);
}

void HandlePool::preallocate(std::size_t n) {
  std::visit([n](auto &pool) { pool.preallocate(n); }, pool_);
}

std::size_t HandlePool::purge() {
  return std::visit([](auto &pool) { return pool.purge(); }, pool_);
}

void HandlePool::close() {
  std::visit([](auto &pool) { pool.close(); }, pool_);
}

bool HandlePool::is_closed() const {
  return std::visit([](const auto &pool) { return pool.is_closed(); }, pool_);
}

HandlePool::Stats HandlePool::stats() const {
  return std::visit(
      [](const auto &pool) {
        Stats stats{pool.stats()};
        for (const Slab &slab :
             pool.slabs()) { // whole pages are counted, a slab may end within one
          stats.resident_bytes +=
              std::min(slab.bytes(), os::resident_bytes(slab.base(), slab.bytes()));
        }
        return stats;
      },
      pool_);
}

} // namespace vmperf::pool
