#include "core.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "mapped.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kArenaAlignment = std::size_t{2} << 20U; // of huge pages
constexpr std::size_t kLeastFallback = std::size_t{64} << 20U;

struct Layout {
  std::size_t table, stamps, spans, slabs, remotes, marks, end;

  Layout(std::size_t n_units, bool watched) noexcept {
    table = align_up(sizeof(Core), 4096);
    stamps = align_up(table + n_units * sizeof(TableWord), 4096);
    spans = align_up(stamps + n_units, 4096);
    slabs = align_up(spans + n_units * sizeof(PageHeap::Span), 4096);
    remotes = align_up(slabs + n_units * sizeof(Slab), 4096);
    marks = align_up(remotes + n_units * sizeof(Remote), 4096);
    end = align_up(marks + (watched ? n_units * (kUnitBytes / 16) : 0), 4096);
  }
};

template <class T> T *at(void *memory, std::size_t offset) noexcept {
  return reinterpret_cast<T *>(static_cast<std::byte *>(memory) + offset);
}

} // namespace

Core *Core::make(const Options &options, std::uint32_t place) noexcept {
  const bool watched = options.checked || options.tags;
  const bool is_given = options.arena != nullptr;
  // A limit on address space may refuse what is asked for: then a quarter, and so on.
  for (std::size_t bytes = align_up(options.arena_size_bytes, kUnitBytes);;) {
    const std::size_t n_units = (bytes >> kUnitShift) + (is_given ? 0 : 1); // unit 0: no block's
    const Layout layout(n_units, watched);
    void *memory = os::map_lazily(layout.end);
    void *arena = options.arena;
    if (!is_given && memory != nullptr) {
      arena = os::map_lazily(n_units << kUnitShift, kArenaAlignment);
    }
    if (memory != nullptr && arena != nullptr) {
      auto *core = new (memory) Core(options, place);
      core->watched_ = watched;
      core->options_.arena_size_bytes = bytes;
      core->mapping_bytes_ = layout.end;
      core->arena_ = arena;
      core->arena_bytes_ = n_units << kUnitShift;
      core->base_ = static_cast<std::byte *>(arena);
      core->n_units_ = static_cast<std::uint32_t>(n_units);
      core->table_ = at<TableWord>(memory, layout.table);
      core->slabs_ = at<Slab>(memory, layout.slabs);
      core->remotes_ = at<Remote>(memory, layout.remotes);
      core->marks_ = watched ? at<std::atomic<std::uint8_t>>(memory, layout.marks) : nullptr;
      core->pages_.init(core->base_, core->n_units_, at<PageHeap::Span>(memory, layout.spans),
                        at<std::uint8_t>(memory, layout.stamps));
      if (options.huge_pages == HugePages::madvise) {
        os::ask_huge_pages(arena, core->arena_bytes_);
      }
      const std::scoped_lock lock(core->heaps_mutex_);
      core->orphan_ = core->make_heap();
      return core;
    }
    if (memory != nullptr) {
      os::unmap(memory, layout.end);
    }
    if (is_given || bytes / 4 < kLeastFallback) {
      return nullptr;
    }
    bytes = align_up(bytes / 4, kUnitBytes);
  }
}

void Core::destroy() noexcept {
  constexpr std::size_t kHeapBytes =
      (sizeof(Heap) + 63) / 64 * 64 + kEntryOffsets[kClasses] * sizeof(void *);
  while (mapped_ != nullptr) {
    const Mapped head = *mapped_;
    mapped_ = head.next;
    os::unmap(head.start, head.mapped_bytes);
  }
  for (std::uint32_t id = 1; id <= n_heaps_; ++id) {
    os::unmap(heaps_[id].load(std::memory_order_relaxed), kHeapBytes);
  }
  if (options_.arena == nullptr) {
    os::unmap(arena_, arena_bytes_);
  }
  const std::size_t bytes = mapping_bytes_;
  this->~Core();
  os::unmap(this, bytes);
}

void Core::lock_all() noexcept {
  orphan_mutex_.lock();
  heaps_mutex_.lock();
  mapped_mutex_.lock();
  pages_mutex_.lock();
}

void Core::unlock_all() noexcept {
  pages_mutex_.unlock();
  mapped_mutex_.unlock();
  heaps_mutex_.unlock();
  orphan_mutex_.unlock();
}

} // namespace vmperf::alloc
