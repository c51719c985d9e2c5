// What one has without this project: a vector of free pointers (naive), for several threads with a
// mutex around it, and the C library's allocator.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "vmperf/bench/registry.hpp"
#include "vmperf/pool/api.hpp"
#include "vmperf/pool/api/many.hpp"
#include "vmperf/pool/api/shared.hpp"
#include "vmperf/pool/slab.hpp"

namespace vmperf::pool {
namespace {

// The ten lines that one writes at once: a slab and a vector of free pointers; it can't grow.
class Naive {
public:
  static constexpr bool kCannotGrow = true;

  Naive(std::size_t item_bytes, std::size_t capacity)
      : slab_(static_cast<std::byte *>(std::malloc(item_bytes * capacity))) {
    for (std::size_t i = capacity; i-- != 0;) {
      free_.push_back(slab_.get() + i * item_bytes);
    }
  }
  void *allocate() {
    if (free_.empty()) {
      throw std::bad_alloc();
    }
    void *item = free_.back();
    free_.pop_back();
    return item;
  }
  void deallocate(void *item) { free_.push_back(item); }

private:
  struct Free {
    void operator()(std::byte *p) const noexcept { std::free(p); }
  };
  std::unique_ptr<std::byte, Free> slab_;
  std::vector<void *> free_;
};

class Libc {
public:
  Libc(std::size_t item_bytes, std::size_t /*capacity*/) : item_bytes_(item_bytes) {}
  [[nodiscard]] void *allocate() const { return std::malloc(item_bytes_); }
  // Opaque, at no instruction: the address is part of the checksum, which the compiler would take
  // for a use after free.
  static void deallocate(void *item) { std::free(bench::opaque(item)); }

private:
  std::size_t item_bytes_;
};

class LockedVector {
public:
  LockedVector(std::size_t item_bytes, std::size_t capacity)
      : slab_(SlotShape::checked(item_bytes, proof::owed_align(item_bytes)), capacity) {
    unpoison(slab_.base(), slab_.bytes());
    for (std::byte *slot = slab_.end(); slot != slab_.base();) {
      slot -= slab_.bytes() / capacity;
      free_.push_back(slot);
    }
  }
  [[nodiscard]] void *allocate() {
    const std::scoped_lock lock(mutex_);
    void *item = free_.back();
    free_.pop_back();
    return item;
  }
  void deallocate(void *item) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(item);
  }
  [[nodiscard]] bool owns(const void *item) const noexcept { return slab_.contains(item); }

private:
  Slab slab_;
  std::mutex mutex_;
  std::vector<void *> free_;
};

} // namespace

void declare_designs_simple(bench::Registry &registry) {
  add_pool_design<Naive>(registry, "naive",
                         "std::vector of free pointers over one slab; several threads: a mutex "
                         "around it")
      .runs("pool/lease", workload_maker<BulkWorkload<Naive>>())
      .runs("pool/checked", pair_or_batch_maker<Naive>())
      .runs("pool/shared", shared_maker<LockedVector>())
      .runs("pool/many", many_maker<LockedVector>());
  add_pool_design<Libc>(registry, "libc", "malloc and free of the C library")
      .peer()
      .runs("pool/checked", pair_or_batch_maker<Libc>())
      .runs("pool/shared", shared_maker<Libc>())
      .runs("pool/many", many_maker<Libc>());
}

} // namespace vmperf::pool
