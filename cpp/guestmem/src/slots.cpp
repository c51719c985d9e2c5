// The slots of the fast path: how many there are, and whose bounds each has.
#include <algorithm>
#include <bit>
#include <limits>

#include "state.hpp"

namespace vmperf::guestmem {
namespace {

constexpr std::size_t kLeastSlots = 2; // an empty slot borrows the start of another
constexpr std::size_t kMostSlots = 4096;
constexpr unsigned kMostShift = 40;

struct Shape {
  unsigned shift;
  std::size_t slots;
};

// Calls use(slot) for each slot that an address of the region may come to.
template <class Use> void each_slot(const Region &region, Shape shape, Use use) {
  const std::uint64_t first = region.start >> shape.shift;
  const std::uint64_t last = (region.start + region.size_bytes - 1) >> shape.shift;
  const std::uint64_t count = std::min<std::uint64_t>(last - first + 1, shape.slots);
  for (std::uint64_t i = 0; i < count; ++i) {
    use(static_cast<std::size_t>((first + i) & (shape.slots - 1)));
  }
}

// How many claims on slots lose against another region's; counts no further than `enough`.
std::size_t count_lost(std::span<const Region> regions, Shape shape, std::size_t enough,
                       std::vector<std::uint8_t> &taken) {
  taken.assign(shape.slots, 0);
  std::size_t lost = 0;
  for (const Region &region : regions) {
    each_slot(region, shape, [&](std::size_t slot) {
      lost += taken[slot];
      taken[slot] = 1;
    });
    if (lost >= enough) {
      break;
    }
  }
  return lost;
}

// The smallest table in which no two regions meet, else the one in which they do least.
Shape choose(std::span<const Region> regions) {
  Shape best{.shift = 21, .slots = kMostSlots};
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  std::vector<std::uint8_t> taken;
  const std::size_t least = std::max(kLeastSlots, std::bit_ceil(regions.size()));
  for (std::size_t slots = least; slots <= kMostSlots && fewest != 0; slots *= 2) {
    for (unsigned shift = kPageShift; shift <= kMostShift && fewest != 0; ++shift) {
      const Shape shape{.shift = shift, .slots = slots};
      const std::size_t lost = count_lost(regions, shape, fewest, taken);
      if (lost < fewest) {
        fewest = lost;
        best = shape;
      }
    }
  }
  return best;
}

std::vector<Slot> make_slots(std::span<const Placed> placed, Shape shape, Access access) {
  std::vector<Slot> slots(shape.slots);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::uint64_t elsewhere = static_cast<std::uint64_t>(i ^ 1U) << shape.shift;
    slots[i] = {.start = elsewhere, .size_bytes = 8, .host = nullptr, .dirty = nullptr};
  }
  for (const Placed &one : placed) {
    if (access == Access::write && one.region.read_only) {
      continue;
    }
    each_slot(one.region, shape, [&](std::size_t i) { // the larger region has it
      if (slots[i].host == nullptr || slots[i].size_bytes < one.region.size_bytes) {
        slots[i] = {.start = one.region.start,
                    .size_bytes = one.region.size_bytes,
                    .host = one.host,
                    .dirty = one.dirty};
      }
    });
  }
  return slots;
}

} // namespace

void fill_slots(State &state) {
  const Shape shape = choose(state.regions);
  state.shift = shape.shift;
  state.reads = make_slots(state.placed, shape, Access::read);
  state.writes = make_slots(state.placed, shape, Access::write);
}

} // namespace vmperf::guestmem
