#include "vmperf/pool/handle_pool.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include "vmperf/base/error.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::pool {
namespace {

static_assert(sizeof(void *) == sizeof(std::uint64_t), "a handle is an address");

template <class P> constexpr bool kLeases = requires(P pool) { pool.open_lease(std::size_t{}); };

// The least that a pool without tests needs: null would end its list of free slots.
void require_no_null(std::span<void *const> row) {
  const auto null = std::ranges::find(row, nullptr);
  if (null != row.end()) {
    throw CorruptionError("index " + std::to_string(null - row.begin()) +
                          " of the row: foreign pointer: handle 0 is not live");
  }
}

void *slot_of(std::uint64_t handle) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a handle is an address
  return reinterpret_cast<void *>(static_cast<std::uintptr_t>(handle));
}

} // namespace

// One call at a time: bulk calls run without the interpreter's lock.
class HandlePool::Entry {
public:
  explicit Entry(HandlePool &pool) : busy_(pool.busy_) {
    if (busy_.exchange(true, std::memory_order_acquire)) {
      throw InvalidArgumentError("pool", "in use by another thread", "one thread at a time");
    }
    try {
      require_open(pool);
    } catch (const InvalidArgumentError &) {
      busy_.store(false, std::memory_order_release);
      throw;
    }
  }
  Entry(const Entry &) = delete;
  Entry &operator=(const Entry &) = delete;
  Entry(Entry &&) = delete;
  Entry &operator=(Entry &&) = delete;
  ~Entry() { busy_.store(false, std::memory_order_release); }

private:
  static void require_open(const HandlePool &pool) {
    if (pool.is_closed()) {
      throw InvalidArgumentError("pool", "closed", "a pool that is not closed");
    }
  }

  std::atomic<bool> &busy_;
};

HandlePool::Pool HandlePool::make_pool(const Options &o) {
  if (o.layout == Layout::intrusive) {
    if (o.checked) {
      return RawCheckedIntrusivePool(o.item_bytes, o.align, o.capacity);
    }
    return RawIntrusivePool(o.item_bytes, o.align, o.capacity);
  }
  if (o.checked) {
    return RawCheckedPool(o.item_bytes, o.align, o.capacity);
  }
  return RawStackPool(o.item_bytes, o.align, o.capacity);
}

HandlePool::HandlePool(const Options &options) : options_(options), pool_(make_pool(options)) {}

std::uint64_t HandlePool::allocate() {
  const Entry entry(*this);
  const auto handle = std::visit(
      [](auto &pool) { return reinterpret_cast<std::uintptr_t>(pool.allocate()); }, pool_);
  counts_.on_allocate(1);
  return handle;
}

// What an unchecked pool can tell: how many are live, and which row lies on top of the stack.
void HandlePool::require_room_to_free(std::size_t n) const {
  std::visit(
      [&]<class P>(const P &pool) {
        // By what this class counted: an intrusive pool would have to walk its free list.
        if constexpr (std::is_same_v<P, RawStackPool> || std::is_same_v<P, RawIntrusivePool>) {
          const std::uint64_t live = counts_.n_allocated - counts_.n_deallocated;
          if (live < n) {
            throw CorruptionError("of " + std::to_string(n) +
                                  " handle(s) some are not live: only " + std::to_string(live) +
                                  " slots of the pool are");
          }
        }
        if constexpr (std::is_same_v<P, RawStackPool>) {
          if (!leases_.empty() && pool.would_overwrite(leases_.back().block, n)) {
            throw CorruptionError("a deallocation would overwrite a lease; end the lease first");
          }
        }
      },
      pool_);
}

void HandlePool::deallocate(std::uint64_t handle) {
  const Entry entry(*this);
  if (handle == 0) {
    throw CorruptionError("foreign pointer: handle 0 is not live");
  }
  require_room_to_free(1);
  std::visit([&](auto &pool) { pool.deallocate(slot_of(handle)); }, pool_);
  counts_.on_deallocate(1);
}

void HandlePool::allocate_n(std::span<std::uint64_t> out) {
  const Entry entry(*this);
  // A handle is written as the pointer it is: the array is memory without a type of its own yet.
  auto *row = reinterpret_cast<void **>(out.data());
  std::visit([&](auto &pool) { pool.allocate_n(row, out.size()); }, pool_);
  counts_.on_allocate(out.size());
}

void HandlePool::deallocate_n(std::span<const std::uint64_t> handles) {
  const Entry entry(*this);
  require_room_to_free(handles.size());
  const auto *row = reinterpret_cast<void *const *>(handles.data());
  const std::size_t n = handles.size();
  std::visit(
      [&]<class P>(P &pool) {
        if constexpr (std::is_same_v<P, RawStackPool>) {
          require_no_null(pool.stage(row, n));
          pool.take_staged(n);
        } else if constexpr (std::is_same_v<P, RawIntrusivePool>) {
          const std::vector<void *> copy(row, row + n); // another thread may write to the row
          require_no_null(copy);
          pool.deallocate_n(copy.data(), n);
        } else {
          pool.deallocate_n(row, n);
        }
      },
      pool_);
  counts_.on_deallocate(n);
}

HandlePool::Row HandlePool::open_lease(std::size_t n) {
  const Entry entry(*this);
  leases_.reserve(leases_.size() + 1);
  return std::visit(
      [&]<class P>(P &pool) -> Row {
        if constexpr (kLeases<P>) {
          const LeaseBlock block = pool.open_lease(n);
          leases_.push_back({.id = next_lease_++, .block = block});
          counts_.on_allocate(n);
          return {.id = leases_.back().id, .slots = block.row(), .memory = pool.table_owner()};
        } else {
          throw UnsupportedError("an intrusive pool has no table to lease a row of: make the pool "
                                 "with layout 'array', or use allocate_n()");
        }
      },
      pool_);
}

void HandlePool::close_lease(std::uint64_t id) {
  if (is_closed()) {
    return;
  }
  const Entry entry(*this);
  if (leases_.empty() || leases_.back().id != id) {
    throw CorruptionError("a lease ends while a later one is open; end the later one first");
  }
  const LeaseBlock block = leases_.back().block;
  std::visit(
      [&]<class P>(P &pool) {
        if constexpr (kLeases<P>) {
          pool.close_lease(block);
        }
      },
      pool_);
  leases_.pop_back();
  counts_.on_deallocate(block.n);
}

Slab HandlePool::take_slab(std::size_t bytes) {
  const Entry entry(*this);
  take_back_slabs();
  return std::visit(
      [&](auto &pool) {
        const std::size_t slot = pool.shape().slot_bytes;
        return pool.detach(bytes / slot + (bytes % slot != 0 ? 1 : 0));
      },
      pool_);
}

void HandlePool::give_back(Slab slab) noexcept {
  try {
    const std::scoped_lock lock(returned_mutex_);
    if (!is_closed()) {
      returned_.push_back(std::move(slab));
    }
  } catch (...) {
    static_cast<void>(slab); // as of a closed pool, its memory goes back to the system
  }
}

// A slab for which there is no room in the pool's tables goes back to the system.
void HandlePool::take_back_slabs() {
  std::vector<Slab> slabs;
  {
    const std::scoped_lock lock(returned_mutex_);
    slabs.swap(returned_);
  }
  for (Slab &slab : slabs) {
    try {
      std::visit([&](auto &pool) { pool.attach(std::move(slab)); }, pool_);
    } catch (const CapacityError &) {
      continue;
    }
  }
}

void HandlePool::preallocate(std::size_t n) {
  const Entry entry(*this);
  take_back_slabs();
  std::visit([n](auto &pool) { pool.preallocate(n); }, pool_);
}

std::size_t HandlePool::purge() {
  const Entry entry(*this);
  take_back_slabs();
  return std::visit([](auto &pool) { return pool.purge(); }, pool_);
}

// Marked under the lock of what is given back: what comes later is dropped there.
void HandlePool::close() {
  if (is_closed()) {
    return;
  }
  const Entry entry(*this);
  {
    const std::scoped_lock lock(returned_mutex_);
    closed_.store(true, std::memory_order_release);
    returned_.clear();
  }
  leases_.clear();
  std::visit([](auto &pool) { pool.close(); }, pool_);
}

void HandlePool::check_count(std::size_t n) const {
  std::visit([n](const auto &pool) { pool.shape().check_count("n", n); }, pool_);
}

HandlePool::Stats HandlePool::stats() {
  const Entry entry(*this);
  if (options_.figures == Figures::none) {
    throw InvalidArgumentError("stats", "False", "True or 'operations', when the pool is made");
  }
  take_back_slabs();
  Stats stats = std::visit(
      [](const auto &pool) {
        Stats found{pool.stats()};
        for (const Slab &slab : pool.slabs()) { // whole pages; a slab may end within one
          found.resident_bytes +=
              std::min(slab.bytes(), os::resident_bytes(slab.base(), slab.bytes()));
        }
        return found;
      },
      pool_);
  stats.has_counts = options_.figures == Figures::operations;
  if (stats.has_counts) {
    stats.counts = counts_;
  }
  return stats;
}

std::size_t HandlePool::advise_capacity(double headroom) {
  const Entry entry(*this);
  return std::visit(
      [&](auto &pool) {
        const PoolStats stats = pool.stats();
        return vmperf::pool::advise_capacity(stats, headroom, pool.shape().max_slots());
      },
      pool_);
}

} // namespace vmperf::pool
