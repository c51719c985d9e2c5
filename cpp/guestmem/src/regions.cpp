// From a list of regions to memory of the host: checks, windows, dirty bytes.
#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>

#include "state.hpp"
#include "text.hpp"
#include "vmperf/base/align.hpp"
#include "vmperf/base/error.hpp"

namespace vmperf::guestmem {
namespace {

// Regions that lie no further apart share a window: a reservation costs address space alone.
constexpr std::uint64_t kMostGapBytes = std::uint64_t{1} << 36U;
// Of all windows: half of what a process of an x86-64 or AArch64 kernel has.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 46U;
// Windows lie as the guest's addresses do modulo this, so that the host can use huge pages.
constexpr std::uint64_t kWindowAlign = std::uint64_t{1} << 21U;

void check(const Region &region, std::size_t index) {
  const std::string name = "regions[" + std::to_string(index) + "]";
  const std::string given = range_text(region.start, region.size_bytes);
  if (region.size_bytes == 0) {
    throw InvalidArgumentError(name, given, "a size of 4096 bytes or more");
  }
  if (region.start % kPageBytes != 0 || region.size_bytes % kPageBytes != 0) {
    throw InvalidArgumentError(name, given, "multiples of 4096 bytes");
  }
  if (region.size_bytes > std::numeric_limits<std::uint64_t>::max() - region.start) {
    throw InvalidArgumentError(name, given, "an end of at most 2**64 - 4096");
  }
}

// A window over placed[first, last).
os::Mapping make_window(std::span<Placed> placed) {
  const std::uint64_t start = placed.front().region.start / kWindowAlign * kWindowAlign;
  const std::size_t page = os::page_bytes();
  // The page behind stays without access, whatever the kernel puts next to it.
  os::Mapping window =
      os::Mapping::reserve(align_up(placed.back().end() - start, page) + page, kWindowAlign);
  for (Placed &one : placed) {
    const std::size_t offset = one.region.start - start;
    const std::size_t first = offset / page * page; // pages of the host may be larger
    window.commit(first, align_up(offset + one.region.size_bytes, page) - first);
    one.host = window.data() + offset;
  }
  return window;
}

std::vector<os::Mapping> make_windows(std::span<Placed> placed, std::uint64_t most_gap) {
  std::vector<os::Mapping> windows;
  std::size_t first = 0;
  for (std::size_t i = 1; i <= placed.size(); ++i) {
    const bool ends = i == placed.size() || placed[i].region.start - placed[i - 1].end() > most_gap;
    if (ends) {
      windows.push_back(make_window(placed.subspan(first, i - first)));
      first = i;
    }
  }
  return windows;
}

// Holes are given up before memory is: some systems limit address space.
std::vector<os::Mapping> make_windows(std::span<Placed> placed) {
  try {
    return make_windows(placed, kMostGapBytes);
  } catch (const OsError &) {
    return make_windows(placed, 0);
  }
}

void place_dirty(State &state) {
  const auto bytes_of = [](const Placed &one) {
    return align_up(one.region.size_bytes >> kPageShift, kCacheLineBytes);
  };
  std::size_t total = 0;
  for (const Placed &one : state.placed) {
    total += bytes_of(one);
  }
  state.dirty = os::Mapping(total);
  std::size_t offset = 0;
  for (Placed &one : state.placed) {
    one.dirty = reinterpret_cast<std::uint8_t *>(state.dirty.data()) + offset;
    offset += bytes_of(one);
  }
}

} // namespace

std::vector<Region> check_regions(std::span<const Region> regions) {
  if (regions.empty()) {
    throw InvalidArgumentError("regions", "empty", "one region or more");
  }
  for (std::size_t i = 0; i < regions.size(); ++i) {
    check(regions[i], i);
  }
  std::vector<Region> sorted(regions.begin(), regions.end());
  std::ranges::sort(sorted, {}, &Region::start);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Region &before = sorted[i - 1];
    if (sorted[i].start - before.start < before.size_bytes) {
      throw InvalidArgumentError("regions",
                                 range_text(sorted[i].start, sorted[i].size_bytes) + " and " +
                                     range_text(before.start, before.size_bytes),
                                 "regions that do not overlap");
    }
  }
  return sorted;
}

void place(State &state) {
  std::uint64_t total = 0;
  for (const Region &region : state.regions) {
    total = region.size_bytes > kMostBytes - total ? kMostBytes + 1 : total + region.size_bytes;
    if (total > kMostBytes) {
      throw CapacityError("guest memory", total, kMostBytes);
    }
    state.placed.push_back({.region = region});
  }
  try {
    state.storage = std::make_shared<Storage>();
    state.storage->windows = make_windows(state.placed);
    place_dirty(state);
  } catch (const OsError &error) {
    if (error.code == ENOMEM) {
      throw CapacityError("guest memory: the host refuses", total, kMostBytes);
    }
    throw;
  }
  if (state.storage->windows.size() == 1) {
    const Placed &first = state.placed.front();
    const auto address = reinterpret_cast<std::uintptr_t>(first.host) - first.region.start;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): no pointer into the window, gpa 0 may lie outside
    state.base = reinterpret_cast<std::byte *>(address);
  }
}

} // namespace vmperf::guestmem
