#include "large.hpp"

#include <algorithm>

#include "vmperf/base/align.hpp"
#include "vmperf/os/raw_pages.hpp"

namespace vmperf::gc {

namespace {
constexpr std::size_t kPageBytes = 4096;
}

Ref LargeSpace::allocate(std::size_t bytes) {
  const std::size_t need = align_up(bytes, kPageBytes) / kUnitBytes;
  const Ref end = arena_.layout.end();
  Ref from = arena_.layout.large_begin;
  auto place = entries_.begin();
  for (; place != entries_.end() && place->object - from < need; ++place) {
    from = place->object + static_cast<Ref>(place->bytes / kUnitBytes);
  }
  if (place == entries_.end() && end - from < need) {
    return 0;
  }
  entries_.insert(place, {from, need * kUnitBytes});
  used_ += need * kUnitBytes;
  return from;
}

bool LargeSpace::drop_dead(const Entry &entry) const {
  if (arena_.marks.test(entry.object)) {
    return false;
  }
  if (!os::drop_pages(arena_.at(entry.object), entry.bytes)) {
    std::memset(arena_.at(entry.object), 0, entry.bytes);
  }
  return true;
}

std::size_t LargeSpace::sweep() {
  std::size_t left = 0;
  std::erase_if(entries_, [&](const Entry &entry) {
    const bool dead = drop_dead(entry);
    left += dead ? 0 : entry.bytes;
    return dead;
  });
  used_ = left;
  return left;
}

std::size_t LargeSpace::sweep_some(std::size_t from, std::size_t n) {
  const std::size_t to = std::min(entries_.size(), from + n);
  std::size_t kept = from;
  for (std::size_t i = from; i < to; ++i) {
    if (drop_dead(entries_[i])) {
      used_ -= entries_[i].bytes;
    } else {
      entries_[kept++] = entries_[i];
    }
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(kept),
                 entries_.begin() + static_cast<std::ptrdiff_t>(to));
  return kept;
}

void LargeSpace::clear_marks() noexcept {
  for (const Entry &entry : entries_) {
    arena_.marks.clear(entry.object);
  }
}

bool LargeSpace::begins(Ref ref) const noexcept {
  const auto found = std::ranges::lower_bound(entries_, ref, {}, &Entry::object);
  return found != entries_.end() && found->object == ref;
}

} // namespace vmperf::gc
