// What one writes at once: a free list per power of two over mapped memory, the size in a header of
// 16 bytes before each block, one lock. Nothing is given back.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "vmperf/alloc/api.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/os/pages.hpp"

namespace vmperf::alloc {
namespace {

struct Header {
  Header *next;      // of a free block
  std::size_t order; // its bytes are 1 << order, this header's included
};

constexpr std::size_t kRegionBytes = std::size_t{64} << 20U;

struct Heap {
  std::mutex mutex;
  std::vector<os::Mapping> regions;
  std::byte *at = nullptr;
  std::byte *end = nullptr;
  Header *free[48] = {}; // NOLINT(*arrays)

  std::byte *carve(std::size_t bytes) {
    if (std::cmp_less(end - at, bytes)) {
      regions.emplace_back(std::max(bytes, kRegionBytes));
      at = regions.back().data();
      end = at + regions.back().size_bytes();
    }
    std::byte *block = at;
    at += bytes;
    return block;
  }
};

Heap &heap() {
  static Heap instance;
  return instance;
}

void *naive_malloc(std::size_t size) noexcept try {
  if (size > kRegionBytes * 64) {
    return nullptr;
  }
  const auto order = static_cast<std::size_t>(std::bit_width(size + sizeof(Header) - 1));
  Heap &all = heap();
  const std::scoped_lock lock(all.mutex);
  Header *header = all.free[order];
  if (header != nullptr) {
    all.free[order] = header->next;
  } else {
    header = new (all.carve(std::size_t{1} << order)) Header{};
    header->order = order;
  }
  return header + 1;
} catch (...) {
  return nullptr;
}

void naive_free(void *block) noexcept {
  if (block != nullptr) {
    Heap &all = heap();
    auto *header = static_cast<Header *>(block) - 1;
    const std::scoped_lock lock(all.mutex);
    header->next = all.free[header->order];
    all.free[header->order] = header;
  }
}

std::size_t naive_usable(void *block) noexcept {
  return (std::size_t{1} << (static_cast<Header *>(block) - 1)->order) - sizeof(Header);
}

void *naive_calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t bytes = 0;
  void *block = __builtin_mul_overflow(count, size, &bytes) ? nullptr : naive_malloc(bytes);
  return block == nullptr ? nullptr : std::memset(block, 0, bytes);
}

void *naive_realloc(void *block, std::size_t size) noexcept {
  if (block != nullptr && size <= naive_usable(block)) {
    return block;
  }
  void *moved = naive_malloc(size);
  if (moved != nullptr && block != nullptr) {
    std::memcpy(moved, block, naive_usable(block));
    naive_free(block);
  }
  return moved;
}

FoundFace open_naive(const std::string & /*name*/) {
  return {.face = {.malloc = naive_malloc,
                   .free = naive_free,
                   .calloc = naive_calloc,
                   .realloc = naive_realloc,
                   .usable_size = naive_usable},
          .reason = {}};
}

} // namespace

void declare_designs_naive(bench::Registry &registry) {
  add_alloc_design(registry, {.name = "naive",
                              .summary = "a free list per power of two over mapped memory, a "
                                         "header before each block, one lock",
                              .open = open_naive})
      .place(2);
}

} // namespace vmperf::alloc
