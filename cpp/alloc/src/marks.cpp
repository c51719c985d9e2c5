// Checked and tagged allocators: a byte for each 16 bytes of the arena says whether a live block
// begins there, and of which tag. One exchange of it settles a free, so that of two threads that
// free the same block one is told.
#include "core.hpp"

namespace vmperf::alloc {
namespace {

constexpr std::uint8_t kLive = 0x80;

std::size_t mark_of(const void *block, const std::byte *base) noexcept {
  return static_cast<std::size_t>(static_cast<const std::byte *>(block) - base) >> 4U;
}

} // namespace

const char *misuse_name(Misuse misuse) noexcept {
  switch (misuse) {
  case Misuse::none:
    return "nothing wrong";
  case Misuse::foreign:
    return "foreign pointer";
  case Misuse::double_free:
    return "double free";
  case Misuse::interior:
    return "pointer into a block";
  case Misuse::misaligned:
    return "misaligned pointer";
  }
  return "";
}

void Core::count_tag(unsigned tag, std::int64_t blocks, std::int64_t bytes) noexcept {
  if (!options_.tags) {
    return;
  }
  tag_blocks_[tag].fetch_add(blocks, std::memory_order_relaxed);
  tag_bytes_[tag].fetch_add(bytes, std::memory_order_relaxed);
}

void Core::mark(void *block, std::size_t bytes, unsigned tag) noexcept {
  marks_[mark_of(block, base_)].store(static_cast<std::uint8_t>(kLive | tag),
                                      std::memory_order_release);
  count_tag(tag, 1, static_cast<std::int64_t>(bytes));
}

unsigned Core::tag_of(const void *block) const noexcept {
  return marks_[mark_of(block, base_)].load(std::memory_order_relaxed) & 0x7fU;
}

bool Core::is_start(const void *block, std::uint32_t word) const noexcept {
  const auto offset = static_cast<std::uint32_t>(static_cast<const std::byte *>(block) -
                                                 unit_address(unit_of(block)));
  const std::uint32_t size_class = class_in(word);
  if (size_class >= kSlabClasses) {
    return offset == 0;
  }
  const ClassShape &shape = kShapes[size_class];
  return shape.index_of(offset) * shape.bytes == offset && shape.index_of(offset) < shape.capacity;
}

// What a pointer into the arena is that is not freed here.
Misuse Core::judge(const void *block) noexcept {
  if (reinterpret_cast<std::uintptr_t>(block) % 16 != 0) {
    return Misuse::misaligned;
  }
  std::uint32_t unit = unit_of(block);
  if (owner_in(word_of(unit)) == 0) { // in the tail of a span, or in what no block is in
    for (std::uint32_t back = 1; back < unit && back < kSpanMost / kUnitBytes; ++back) {
      const std::uint32_t word = word_of(unit - back);
      if (owner_in(word) != 0) {
        const bool inside = class_in(word) >= kSlabClasses && class_units(class_in(word)) > back;
        return inside ? Misuse::interior : Misuse::double_free;
      }
    }
    return Misuse::double_free;
  }
  if (!is_start(block, word_of(unit))) {
    return Misuse::interior;
  }
  const bool is_live = (marks_[mark_of(block, base_)].load(std::memory_order_acquire) & kLive) != 0;
  return is_live ? Misuse::none : Misuse::double_free;
}

Misuse Core::unmark(const void *block, std::uint32_t word) noexcept {
  if (const Misuse wrong = judge(block); wrong != Misuse::none) {
    return wrong;
  }
  const std::uint8_t was = marks_[mark_of(block, base_)].exchange(0, std::memory_order_acq_rel);
  if ((was & kLive) == 0) {
    return Misuse::double_free;
  }
  count_tag(was & 0x7fU, -1, -static_cast<std::int64_t>(class_bytes(class_in(word))));
  return Misuse::none;
}

} // namespace vmperf::alloc
