#include "threads.hpp"

#include <array>
#include <mutex>
#include <new>

#include "core.hpp"
#include "vmperf/os/raw_pages.hpp"
#include "vmperf/os/thread_exit.hpp"

namespace vmperf::alloc {
namespace {

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): of the process
constinit void *kNothing = nullptr; // what the magazine of an empty front has on top

struct Registry {
  std::mutex mutex;
  ThreadRecord *active = nullptr, *spare = nullptr;
  std::array<Core *, kMostAllocators> cores{};
  std::array<bool, kMostAllocators> taken{};
};
constinit Registry g_registry;

void leave(void *value) noexcept;
constinit os::ThreadExit g_exit{leave};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// The end of a thread. What it allocates or frees from now on, in destructors that run even later,
// goes the ways of a thread without a heap.
void leave(void *value) noexcept {
  auto *record = static_cast<ThreadRecord *>(value);
  t_record = &kPastRecord;
  const std::scoped_lock lock(g_registry.mutex);
  for (std::size_t place = 0; place < kMostAllocators; ++place) {
    if (record->real[place] != nullptr) {
      g_registry.cores[place]->park(*static_cast<Heap *>(record->real[place]));
    }
  }
  ThreadRecord **at = &g_registry.active;
  while (*at != record) {
    at = &(*at)->next;
  }
  *at = record->next;
  record->next = g_registry.spare;
  g_registry.spare = record;
}

ThreadRecord *make_record() noexcept {
  const std::scoped_lock lock(g_registry.mutex);
  void *memory = g_registry.spare;
  if (memory != nullptr) {
    g_registry.spare = g_registry.spare->next;
  } else {
    memory = os::map_lazily(sizeof(ThreadRecord));
  }
  if (memory == nullptr) {
    return nullptr;
  }
  auto *record = new (memory) ThreadRecord(&kEmptyFront);
  record->next = g_registry.active;
  g_registry.active = record;
  return record;
}

} // namespace

constinit HeapFront kEmptyFront{&kNothing};
constinit ThreadRecord kNoRecord{&kEmptyFront};
constinit ThreadRecord kPastRecord{&kEmptyFront};

std::uint32_t threads::reserve_place() noexcept {
  const std::scoped_lock lock(g_registry.mutex);
  for (std::uint32_t place = 1; place < kNowhere; ++place) {
    if (!g_registry.taken[place]) {
      g_registry.taken[place] = true;
      return place;
    }
  }
  return kNowhere;
}

void threads::enter(std::uint32_t place, Core *core) noexcept {
  const std::scoped_lock lock(g_registry.mutex);
  g_registry.cores[place] = core;
}

void threads::forget(std::uint32_t place) noexcept {
  const std::scoped_lock lock(g_registry.mutex);
  for (ThreadRecord *record = g_registry.active; record != nullptr; record = record->next) {
    record->fast[place] = &kEmptyFront;
    record->real[place] = nullptr;
  }
  g_registry.cores[place] = nullptr;
  g_registry.taken[place] = false;
}

ThreadRecord *threads::own_record() noexcept {
  if (t_record == &kPastRecord) {
    return nullptr;
  }
  if (t_record == &kNoRecord) {
    ThreadRecord *record = make_record();
    if (record == nullptr) {
      return nullptr;
    }
    t_record = record;
    g_exit.arm(record); // may allocate, from here: the record is in place, and no lock is held
  }
  return t_record;
}

void threads::lock() noexcept {
  g_registry.mutex.lock();
}

void threads::unlock() noexcept {
  g_registry.mutex.unlock();
}

} // namespace vmperf::alloc
