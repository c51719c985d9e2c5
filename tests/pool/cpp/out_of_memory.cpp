// Every allocation of a growing pool is made to fail in turn: CapacityError, and the pool is as it
// was.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <set>

#include "vmperf/base/error.hpp"
#include "vmperf/pool/checked_pool.hpp"
#include "vmperf/pool/stack_pool.hpp"

namespace {

constexpr long kNone = -1;
long g_before_failure = kNone; // how many allocations succeed before the one that fails

// One fails: the error's own message needs memory.
bool refuse() {
  if (g_before_failure == 0) {
    g_before_failure = kNone;
    return true;
  }
  g_before_failure -= g_before_failure > 0 ? 1 : 0;
  return false;
}

void require(bool holds, const char *what) {
  if (!holds) {
    std::printf("failed: %s\n", what);
    std::exit(1);
  }
}

template <class Pool> void grow_with_failures(Pool pool) {
  std::set<void *> live;
  int failures = 0;
  for (int i = 0; i < 4000; ++i) {
    for (long allowed = 0;; ++allowed) {
      const auto before = pool.stats();
      g_before_failure = allowed;
      void *item = nullptr;
      try {
        item = pool.allocate();
        g_before_failure = kNone;
      } catch (const vmperf::CapacityError &) {
        g_before_failure = kNone;
        ++failures;
        const auto after = pool.stats();
        require(after.live == before.live && after.slabs <= before.slabs + 1, "as it was");
        continue;
      }
      require(live.insert(item).second, "distinct");
      break;
    }
  }
  require(failures > 5, "growth was made to fail");
  const auto before = pool.stats();
  g_before_failure = 0;
  try {
    pool.preallocate(100'000);
    g_before_failure = kNone;
    require(false, "preallocate must fail");
  } catch (const vmperf::CapacityError &error) {
    g_before_failure = kNone;
    require(error.requested_bytes > 0, "says how much");
  }
  require(pool.stats() == before, "preallocate left all as it was");
}

} // namespace

// noinline, so that the compiler does not see malloc behind new and free behind delete[].
[[gnu::noinline]] void *operator new[](std::size_t bytes) {
  if (void *p = refuse() ? nullptr : std::malloc(bytes); p != nullptr) {
    return p;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void *operator new(std::size_t bytes) {
  if (void *p = refuse() ? nullptr : std::malloc(bytes); p != nullptr) {
    return p;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void *operator new(std::size_t bytes, const std::nothrow_t & /*tag*/) noexcept {
  return refuse() ? nullptr : std::malloc(bytes);
}
[[gnu::noinline]] void *operator new[](std::size_t bytes, const std::nothrow_t & /*tag*/) noexcept {
  return refuse() ? nullptr : std::malloc(bytes);
}
[[gnu::noinline]] void *operator new(std::size_t bytes, std::align_val_t align,
                                     const std::nothrow_t & /*tag*/) noexcept {
  const auto a = static_cast<std::size_t>(align);
  return refuse() ? nullptr : std::aligned_alloc(a, (bytes + a - 1) / a * a);
}
[[gnu::noinline]] void operator delete(void *p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete[](void *p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void *p, std::size_t /*bytes*/) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete[](void *p, std::size_t /*bytes*/) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void *p, std::align_val_t /*align*/) noexcept {
  std::free(p);
}

int main() {
  grow_with_failures(vmperf::pool::StackPool<double>());
  grow_with_failures(vmperf::pool::CheckedPool<double>());
  std::puts("ok");
}
