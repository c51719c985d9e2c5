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

std::size_t LargeSpace::sweep() {
  std::size_t left = 0;
  std::erase_if(entries_, [&](const Entry &entry) {
    if (arena_.marks.test(entry.object)) {
      left += entry.bytes;
      return false;
    }
    if (!os::drop_pages(arena_.at(entry.object), entry.bytes)) {
      std::memset(arena_.at(entry.object), 0, entry.bytes);
    }
    return true;
  });
  used_ = left;
  return left;
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
