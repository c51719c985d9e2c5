// Blocks above 256 MiB, and those of any size for which the arena has no room: a mapping each, with
// one page before the block that says what it is. Found by a walk along their list.
#include <algorithm>
#include <new>

#include "core.hpp"
#include "mapped.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::size_t kHead = 4096;

Mapped *head_of(void *block) noexcept {
  return reinterpret_cast<Mapped *>(static_cast<std::byte *>(block) - kHead);
}

} // namespace

void *Core::map_block(std::size_t size, std::size_t alignment, unsigned tag) noexcept {
  const std::size_t lead = std::max(kHead, alignment);
  if (!options_.own_mappings || size > kMostBytes || lead > kMostBytes - size - kHead) {
    return nullptr;
  }
  const std::size_t bytes = align_up(lead + size, kHead);
  void *start = os::map_lazily(bytes, alignment);
  if (start == nullptr) {
    return nullptr;
  }
  std::byte *block = static_cast<std::byte *>(start) + lead;
  auto *head = new (block - kHead) Mapped{.start = start,
                                          .mapped_bytes = bytes,
                                          .block_bytes = bytes - lead,
                                          .tag = tag,
                                          .next = nullptr};
  const std::scoped_lock lock(mapped_mutex_);
  head->next = mapped_;
  mapped_ = head;
  count_tag(tag, 1, static_cast<std::int64_t>(head->block_bytes));
  return block;
}

bool Core::unmap_block(void *block) noexcept {
  Mapped *found = nullptr;
  {
    const std::scoped_lock lock(mapped_mutex_);
    for (Mapped **at = &mapped_; *at != nullptr; at = &(*at)->next) {
      if (*at == head_of(block)) {
        found = *at;
        *at = found->next;
        count_tag(found->tag, -1, -static_cast<std::int64_t>(found->block_bytes));
        break;
      }
    }
  }
  if (found != nullptr) {
    os::unmap(found->start, found->mapped_bytes);
  }
  return found != nullptr;
}

std::size_t Core::mapped_bytes_of(const void *block) noexcept {
  const std::scoped_lock lock(mapped_mutex_);
  for (const Mapped *at = mapped_; at != nullptr; at = at->next) {
    if (at == head_of(const_cast<void *>(block))) {
      return at->block_bytes;
    }
  }
  return 0;
}

// The pages move, nothing is copied.
void *Core::remap_block(void *block, std::size_t size) noexcept {
  Mapped *head = head_of(block);
  const auto lead = static_cast<std::size_t>(static_cast<std::byte *>(block) -
                                             static_cast<std::byte *>(head->start));
  if (size > kMostBytes - 2 * kHead - lead) {
    return nullptr;
  }
  const std::size_t bytes = align_up(lead + size, kHead);
  const std::scoped_lock lock(mapped_mutex_);
  Mapped **at = &mapped_;
  while (*at != head) {
    at = &(*at)->next;
  }
  void *start = os::remap(head->start, head->mapped_bytes, bytes);
  if (start == nullptr) {
    return nullptr;
  }
  std::byte *moved = static_cast<std::byte *>(start) + lead;
  head = head_of(moved);
  *at = head;
  count_tag(head->tag, 0,
            static_cast<std::int64_t>(bytes - lead) - static_cast<std::int64_t>(head->block_bytes));
  head->start = start;
  head->mapped_bytes = bytes;
  head->block_bytes = bytes - lead;
  return moved;
}

} // namespace vmperf::alloc
