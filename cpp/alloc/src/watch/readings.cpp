#include "readings.hpp"

#include <array>
#include <cstddef>
#include <string_view>

#include "vmperf/os/allocator_in_use.hpp"
#include "vmperf/os/preloaded.hpp"

namespace vmperf::alloc::watch {
namespace {

template <class F> F *function(const char *name) noexcept {
  return reinterpret_cast<F *>(os::find_symbol(name));
}

std::int64_t as_signed(std::size_t value) noexcept {
  return static_cast<std::int64_t>(value);
}

Reading read_nothing() noexcept {
  return {};
}

Reading read_ours() noexcept {
  static auto *usage = function<void(std::int64_t *, std::int64_t *)>("vmperf_alloc_usage");
  Reading found;
  if (usage != nullptr) {
    usage(&found.live_bytes, &found.held_bytes);
  }
  return found;
}

// struct mallinfo2 of malloc.h, which has had this form since it is there (glibc 2.33).
struct MallInfo {
  std::size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

Reading read_libc() noexcept {
  static auto *call = function<MallInfo()>("mallinfo2");
  if (call == nullptr) {
    return {};
  }
  const MallInfo found = call();
  return {as_signed(found.uordblks + found.hblkhd), as_signed(found.arena + found.hblkhd)};
}

using Mallctl = int(const char *, void *, std::size_t *, void *, std::size_t);

std::int64_t jemalloc_size(Mallctl *call, const char *name) noexcept {
  std::size_t value = 0;
  std::size_t size = sizeof(value);
  return call(name, &value, &size, nullptr, 0) == 0 ? as_signed(value) : kUnknown;
}

Reading read_jemalloc() noexcept {
  static auto *call = function<Mallctl>("mallctl");
  if (call == nullptr) {
    return {};
  }
  std::uint64_t epoch = 1; // statistics stand still until it is set
  call("epoch", nullptr, nullptr, &epoch, sizeof(epoch));
  return {jemalloc_size(call, "stats.allocated"), jemalloc_size(call, "stats.resident")};
}

Reading read_tcmalloc() noexcept {
  static auto *call =
      function<int(const char *, std::size_t *)>("MallocExtension_GetNumericProperty");
  std::size_t live = 0;
  std::size_t heap = 0;
  std::size_t unmapped = 0;
  if (call == nullptr || call("generic.current_allocated_bytes", &live) == 0) {
    return {};
  }
  call("generic.heap_size", &heap);
  call("tcmalloc.pageheap_unmapped_bytes", &unmapped);
  return {as_signed(live), as_signed(heap - unmapped)};
}

Reading read_mimalloc() noexcept {
  using Info = void(std::size_t *, std::size_t *, std::size_t *, std::size_t *, std::size_t *,
                    std::size_t *, std::size_t *, std::size_t *);
  static auto *call = function<Info>("mi_process_info");
  if (call == nullptr) {
    return {};
  }
  std::array<std::size_t, 8> found{};
  call(found.data(), &found[1], &found[2], &found[3], &found[4], &found[5], &found[6], &found[7]);
  constexpr std::size_t kCommitted = 5;
  return {kUnknown, as_signed(found[kCommitted])};
}

struct Named {
  const char *name;
  Reader reader;
};

constexpr std::array<Named, 5> kReaders = {{
    {"vmperf", {&read_ours, "exact", "pages that are resident"}},
    {"libc",
     {&read_libc, "mallinfo2; blocks in caches of threads count as live",
      "taken from the system, which may be more than is resident"}},
    {"jemalloc",
     {&read_jemalloc, "stats.allocated; blocks in caches of threads count as live",
      "stats.resident, at most that much"}},
    {"tcmalloc",
     {&read_tcmalloc, "generic.current_allocated_bytes",
      "heap without what was given back, which may be more than is resident"}},
    {"mimalloc",
     {&read_mimalloc, "unknown: its release builds do not count live bytes",
      "committed, which may be more than is resident"}},
}};

} // namespace

Reader reader_of(std::string_view allocator) noexcept {
  for (const Named &one : kReaders) {
    if (allocator == one.name) {
      return one.reader;
    }
  }
  return {&read_nothing, "unknown: no statistics of this allocator are known",
          "unknown: no statistics of this allocator are known"};
}

} // namespace vmperf::alloc::watch
